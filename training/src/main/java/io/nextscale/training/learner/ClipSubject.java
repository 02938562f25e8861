package io.nextscale.training.learner;

import io.nextscale.shapes.Split;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.training.settings.VerifierSettings;
import io.nextscale.var.text.WordPieces;
import io.nextscale.verifiers.clip.Clip;
import io.nextscale.verifiers.clip.ClipConfig;
import io.nextscale.verifiers.layer.Losses;
import io.nextscale.verifiers.shapes.Lessons;
import io.nextscale.verifiers.shapes.Lessons.Pair;
import io.nextscale.verifiers.shapes.Lessons.Shown;
import io.nextscale.verifiers.shapes.ShapesSizes;
import io.nextscale.verifiers.shapes.ShapesWords;
import io.nextscale.vqvae.VqVae;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Learns to tell which caption a picture has: the contrastive loss of CLIP, with a flawed picture
 * beside each right one, and what stands in each patch. Where a picture happens to show what
 * another caption asks for, which the checker knows, the two are not held against each other.
 */
final class ClipSubject implements VerifierSubject {

  /** The largest factor of cosines: Radford et al. 2021, section 2.5. */
  private static final float LARGEST_LOG_SCALE = (float) StrictMath.log(100);

  /** Added to a logit that is not to count. */
  private static final float HIDDEN = -1e9f;

  private final VerifierSettings.Subject settings;
  private final Lessons training;
  private final Lessons held;
  private final ShapesWords words = ShapesWords.ofGrammar();
  private final ClipConfig config = ShapesSizes.clip(words);
  private final Clip clip = Clip.declared(config);
  private final Fields<Clip> fields = Fields.of(clip, config.vision().width());

  ClipSubject(VerifierSettings.Subject settings, @Nullable VqVae tokenizer) {
    this.settings = settings;
    training = new Lessons(settings.world(), Split.TRAIN, tokenizer);
    held = new Lessons(settings.world(), Split.VALIDATION, tokenizer);
  }

  @Override
  public Record verifier() {
    return clip;
  }

  @Override
  public Record learner() {
    return fields;
  }

  @Override
  public Supplier<Tensor> loss(long first, int count) {
    List<Pair> pairs = Lots.of(first, count, training::pair);
    List<Shown> pictures = pictures(pairs);
    Tensor pixels = pixels(pictures);
    Tensor classes =
        Fields.classes(pictures.stream().map(Shown::report).toList(), config.vision().patch());
    Tensor ids = captions(pairs);
    Tensor hidden = hidden(pairs);
    return () -> {
      Tensor scale =
          clip.logScale().value().clamp(Float.NEGATIVE_INFINITY, LARGEST_LOG_SCALE).exp();
      Tensor tokens = clip.visual().tokens(pixels); // (2B,L,C)
      return Losses.contrastive(clip.directions(tokens), clip.texts(ids), scale, hidden)
          .plus(fields.loss(tokens, classes).times((float) settings.aside()));
    };
  }

  /** The right pictures, then the flawed ones. */
  private static List<Shown> pictures(List<Pair> pairs) {
    List<Shown> pictures = new ArrayList<>();
    pairs.forEach(pair -> pictures.add(pair.better()));
    pairs.forEach(pair -> pictures.add(pair.worse()));
    return pictures;
  }

  private static Tensor pixels(List<Shown> pictures) {
    return ShapesTensors.pixels(pictures.stream().map(Shown::picture).toList());
  }

  private Tensor captions(List<Pair> pairs) {
    return ShapesTensors.ids(words, pairs.stream().map(pair -> pair.example().caption()).toList());
  }

  /** (B,2B), by captions and pictures. */
  static Tensor hidden(List<Pair> pairs) {
    List<Shown> pictures = pictures(pairs);
    int b = pairs.size();
    float[] hidden = new float[b * 2 * b];
    for (int i = 0; i < b; i++) {
      for (int j = 0; j < 2 * b; j++) {
        boolean another = j != i && pictures.get(j).satisfies(pairs.get(i).example().prompt());
        hidden[i * 2 * b + j] = another ? HIDDEN : 0;
      }
    }
    return Tensor.of(Shape.of(b, 2 * b), hidden);
  }

  @Override
  public SequencedMap<String, Double> measured() {
    SequencedMap<String, Double> numbers = ByFlaw.percentages(settings, held, this::right);
    if (settings.validation() > 0) {
      numbers.put("retrieval", retrieval(Lots.of(0, settings.validation(), held::pair)));
    }
    return numbers;
  }

  private int right(List<Pair> pairs) {
    Tensor texts = clip.texts(captions(pairs)); // (B,E)
    return Lots.larger(
        cosines(texts, pairs.stream().map(Pair::better).toList()),
        cosines(texts, pairs.stream().map(Pair::worse).toList()));
  }

  private float[] cosines(Tensor texts, List<Shown> pictures) {
    return clip.images(pixels(pictures)).times(texts).sum(1).toArray();
  }

  /**
   * The percentage of captions whose own picture is the nearest of all, the flawed ones among them;
   * pictures that happen to show a caption too do not count.
   */
  private double retrieval(List<Pair> pairs) {
    int b = pairs.size();
    Tensor texts = clip.texts(captions(pairs)); // (B,E)
    Tensor cosines = texts.matmulT(clip.images(pixels(pictures(pairs)))); // (B,2B)
    int[] nearest = cosines.plus(hidden(pairs)).argMax().toInts();
    int found = 0;
    for (int i = 0; i < b; i++) {
      found += nearest[i] == i ? 1 : 0;
    }
    return 100.0 * found / b;
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> header = new LinkedHashMap<>(config.heads().metadata());
    header.put(WordPieces.METADATA, words.pieces().write());
    return header;
  }
}
