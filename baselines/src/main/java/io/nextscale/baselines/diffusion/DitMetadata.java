package io.nextscale.baselines.diffusion;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.VarMetadata;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the tensors of a diffusion transformer do not tell, in the header of its file, so that it is
 * loaded without being told.
 *
 * @param common heads, vocabulary, classes and tokenizer, as other transformers have them
 * @param betas of the process
 * @param steps of the process
 * @param means of the tokenizer's channels, see {@link Latents}; none where pixels are diffused
 * @param deviations of the tokenizer's channels
 */
public record DitMetadata(
    VarMetadata common, Betas betas, int steps, List<Float> means, List<Float> deviations) {

  private static final String BETAS = "nextscale.diffusion.betas";
  private static final String STEPS = "nextscale.diffusion.steps";
  private static final String MEANS = "nextscale.diffusion.means";
  private static final String DEVIATIONS = "nextscale.diffusion.deviations";

  /** Copies the lists. */
  public DitMetadata {
    means = List.copyOf(means);
    deviations = List.copyOf(deviations);
  }

  /** Of a transformer whose maps are of a space. */
  public static DitMetadata of(VarMetadata common, Betas betas, int steps, PictureSpace space) {
    return space instanceof Latents latents
        ? new DitMetadata(common, betas, steps, latents.means(), latents.deviations())
        : new DitMetadata(common, betas, steps, List.of(), List.of());
  }

  /** The process that it was trained with. */
  public Diffusion process() {
    return Diffusion.of(betas, steps);
  }

  /**
   * The maps of a tokenizer as it knows them.
   *
   * @throws IllegalArgumentException when it learnt pixels, or maps of other channels
   */
  public Latents latents(VqVae tokenizer) {
    return new Latents(tokenizer, means, deviations);
  }

  /** Whether the header of a file holds such text. */
  public static boolean in(TensorFile file) {
    return file.metadata().containsKey(BETAS);
  }

  /** The text for the header of a file. */
  public Map<String, String> text() {
    Map<String, String> header = new LinkedHashMap<>(common.text());
    header.put(BETAS, betas.word());
    header.put(STEPS, Integer.toString(steps));
    header.put(MEANS, write(means));
    header.put(DEVIATIONS, write(deviations));
    return header;
  }

  private static String write(List<Float> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /**
   * What the header of a file holds.
   *
   * @throws FileFormatException when there is none, or it is damaged
   */
  public static DitMetadata of(TensorFile file) throws FileFormatException {
    VarMetadata common = VarMetadata.of(file);
    Map<String, String> header = file.metadata();
    String steps = header.getOrDefault(STEPS, "");
    try {
      if (!steps.matches("[1-9]\\d{0,6}")) {
        throw new IllegalArgumentException("steps " + FileFormatException.quote(steps));
      }
      return new DitMetadata(
          common,
          Betas.named(header.getOrDefault(BETAS, "")),
          Integer.parseInt(steps),
          read(header.getOrDefault(MEANS, "")),
          read(header.getOrDefault(DEVIATIONS, "")));
    } catch (IllegalArgumentException e) { // also what is no number
      throw new FileFormatException(
          file.name(),
          "the process of a diffusion transformer in the metadata " + BETAS + ", " + STEPS,
          FileFormatException.quote("" + e.getMessage()),
          "a transformer that 'nextscale train dit' made has it");
    }
  }

  private static List<Float> read(String text) {
    List<Float> numbers = new ArrayList<>();
    for (String number : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      numbers.add(Float.parseFloat(number));
    }
    return numbers;
  }

  /**
   * A transformer from a file that tells its heads.
   *
   * @throws IOException when the file cannot be read or is no such transformer
   */
  public static Dit load(Path path, Loading how) throws IOException {
    try (TensorFile file = TensorFile.open(path)) {
      Checkpoint part = Dit.part(Checkpoint.of(file));
      return Dit.load(part, DitConfig.of(part, of(file).common().heads()), how);
    }
  }
}
