package io.nextscale.training;

import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.AtomicFile;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.SafetensorsWriter;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.tensor.io.TensorWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A folder of checkpoints, {@code step-00001234.safetensors}: the state after 1,234 iterations.
 *
 * <p>A file is written under another name, forced to the disk and moved, so what has its final name
 * is whole; older files are deleted only then. Whatever goes wrong in between, a full disk or a
 * lost process, the checkpoints of before are untouched.
 *
 * <p>The metadata of a file hold {@value #VERSION_KEY}, {@value #ITERATION_KEY} and {@value
 * #CHECKSUM_KEY}, the CRC-32C of names, extents, elements and the other metadata, by which damage
 * on the disk is found.
 *
 * <p>Not for several threads or processes at once: {@link TrainingRun} locks its folder.
 */
public final class CheckpointStore {

  /** The version of the format, 1. */
  public static final String VERSION = "1";

  static final String VERSION_KEY = "nextscale.checkpoint";
  static final String ITERATION_KEY = "nextscale.iteration";
  static final String CHECKSUM_KEY = "nextscale.crc32c";

  private static final Pattern NAME = Pattern.compile("step-(\\d{8,10})\\.safetensors");

  private final Path folder;
  private final int kept;

  /**
   * A checkpoint that was read and found undamaged, open.
   *
   * @param iteration how many iterations it has behind it
   * @param file the open file
   */
  public record Saved(int iteration, TensorFile file) implements AutoCloseable {

    /** The tensors, to be read before {@link #close}. */
    public Checkpoint state() throws FileFormatException {
      return Checkpoint.of(file);
    }

    /** What was given to {@link CheckpointStore#save}, and the store's own entries. */
    public Map<String, String> metadata() {
      return file.metadata();
    }

    @Override
    public void close() {
      file.close();
    }
  }

  /** A file by the iteration in its name. */
  private record Named(int iteration, Path file) {}

  /**
   * A store in a folder, which is created when there is none. What a killed process left unfinished
   * is removed.
   *
   * @param kept how many checkpoints to keep, at least 1; with 2 or more, damage to the newest
   *     costs only the iterations since the one before
   */
  public CheckpointStore(Path folder, int kept) throws IOException {
    if (kept < 1) {
      throw new IllegalArgumentException("checkpoints: at least 1 to keep; got " + kept);
    }
    this.folder = Files.createDirectories(folder);
    this.kept = kept;
    AtomicFile.deleteLeftovers(folder);
  }

  /** The name of the checkpoint after so many iterations. */
  public static String name(int iteration) {
    return String.format("step-%08d.safetensors", iteration);
  }

  /**
   * Saves a state and then deletes the oldest checkpoints beyond those to keep.
   *
   * @param iteration how many iterations the state has behind it
   * @param metadata further text for the header; names that begin with {@code nextscale.} are the
   *     store's
   * @return the new file
   * @throws IOException when the state cannot be written; what was there is still there, and the
   *     message says so
   */
  public Path save(int iteration, SequencedMap<String, Tensor> state, Map<String, String> metadata)
      throws IOException {
    Path file = folder.resolve(name(iteration));
    Map<String, String> header = new TreeMap<>(metadata);
    header.put(VERSION_KEY, VERSION);
    header.put(ITERATION_KEY, Integer.toString(iteration));
    header.put(CHECKSUM_KEY, checksum(state, header));
    try {
      SafetensorsWriter.write(file, state, header);
    } catch (IOException e) {
      throw new IOException(notWritten(file, e), e);
    }
    List<Named> all = files();
    for (Named old : all.subList(0, Math.max(0, all.size() - kept))) {
      Files.deleteIfExists(old.file());
    }
    return file;
  }

  private String notWritten(Path file, IOException failure) throws IOException {
    List<Named> all = files();
    String lasting =
        all.isEmpty() ? "no checkpoint is there yet" : all.getLast().file() + " is untouched";
    return "write "
        + file
        + ": the whole checkpoint; got "
        + (failure.getMessage() == null ? failure.toString() : failure.getMessage())
        + " — "
        + lasting
        + "; make room and start again to go on from there";
  }

  /**
   * The newest checkpoint that is whole. Damaged ones that are newer get the ending {@code
   * .damaged} and are reported by name.
   *
   * @param report takes a line for people about each damaged file
   * @return empty when there are no checkpoints
   * @throws IOException when there are some and all are damaged, or reading fails
   */
  public Optional<Saved> newest(Consumer<String> report) throws IOException {
    List<Named> all = files();
    for (Named candidate : all.reversed()) {
      try {
        return Optional.of(open(candidate));
      } catch (FileFormatException damage) {
        Path aside = candidate.file().resolveSibling(candidate.file().getFileName() + ".damaged");
        Files.move(candidate.file(), aside, StandardCopyOption.REPLACE_EXISTING);
        report.accept(damage.getMessage() + "; it is now " + aside.getFileName());
      }
    }
    if (!all.isEmpty()) {
      throw new FileFormatException(
          folder.toString(),
          "a checkpoint that is whole",
          all.size() + " damaged",
          "copy one back from elsewhere, or start in another folder");
    }
    return Optional.empty();
  }

  /** The iterations of all checkpoints, ascending. */
  public List<Integer> iterations() throws IOException {
    return files().stream().map(Named::iteration).toList();
  }

  private List<Named> files() throws IOException {
    List<Named> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches() && Long.parseLong(name.group(1)) <= Integer.MAX_VALUE) {
          found.add(new Named(Integer.parseInt(name.group(1)), file));
        }
      }
    }
    return found;
  }

  private static Saved open(Named named) throws IOException {
    TensorFile file = TensorFile.open(named.file());
    try {
      verify(file, named.iteration());
      return new Saved(named.iteration(), file);
    } catch (Throwable failure) {
      file.close();
      throw failure;
    }
  }

  private static void verify(TensorFile file, int iteration) throws IOException {
    Map<String, String> header = new TreeMap<>(file.metadata());
    String version = header.get(VERSION_KEY);
    if (!VERSION.equals(version)) {
      throw new FileFormatException(
          file.name(), "a checkpoint of version " + VERSION, "version " + version);
    }
    String claimed = header.remove(CHECKSUM_KEY);
    String found = checksum(file, header);
    if (!found.equals(claimed)) {
      throw new FileFormatException(
          file.name(), "the checksum " + claimed, found + ": the file is damaged");
    }
    if (!Integer.toString(iteration).equals(header.get(ITERATION_KEY))) {
      throw new FileFormatException(
          file.name(),
          "the state after " + iteration + " iterations, as its name says",
          "after " + header.get(ITERATION_KEY));
    }
  }

  // ---- checksums: the same bytes in the same order from tensors in memory and in a file

  private static String checksum(Map<String, Tensor> state, Map<String, String> header)
      throws IOException {
    CRC32C sum = begin(header);
    for (Map.Entry<String, Tensor> tensor : new TreeMap<>(state).entrySet()) {
      Tensor value = tensor.getValue();
      add(sum, Entry.of(tensor.getKey(), value.shape(), value.dtype()));
      TensorWriter.stream(tensor.getKey(), value, sum::update);
    }
    return hex(sum);
  }

  private static String checksum(TensorFile file, Map<String, String> header) throws IOException {
    CRC32C sum = begin(header);
    for (Entry entry : new TreeMap<>(file.entries()).values()) {
      add(sum, entry);
      file.copy(entry.name(), sum::update);
    }
    return hex(sum);
  }

  private static CRC32C begin(Map<String, String> header) {
    CRC32C sum = new CRC32C();
    new TreeMap<>(header).forEach((name, text) -> sum.update(utf8(name + '\n' + text + '\n')));
    return sum;
  }

  private static void add(CRC32C sum, Entry entry) {
    sum.update(utf8(entry + "\n"));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String hex(CRC32C sum) {
    return String.format("%08x", sum.getValue());
  }

  @Override
  public String toString() {
    return folder + " keeping " + kept;
  }
}
