package io.nextscale.training.learner;

import io.nextscale.nn.Parameters;
import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Prompt;
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
import io.nextscale.verifiers.shapes.ShapesSizes;
import io.nextscale.verifiers.shapes.ShapesWords;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;

/**
 * Learns to tell which caption a picture has: the contrastive loss of CLIP, with a flawed picture
 * beside each right one. Where a picture happens to show what another caption asks for, which the
 * checker knows, the two are not held against each other.
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
  private final Parameters parameters = clip.parameters();

  ClipSubject(VerifierSettings.Subject settings) {
    this.settings = settings;
    training = new Lessons(settings.world(), Split.TRAIN);
    held = new Lessons(settings.world(), Split.VALIDATION);
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public Supplier<Tensor> loss(long first, int count) {
    List<Pair> pairs = Lots.of(first, count, training::contrast);
    Tensor pixels = pictures(pairs);
    Tensor ids = captions(pairs);
    Tensor hidden = hidden(pairs);
    return () -> {
      Tensor scale =
          clip.logScale().value().clamp(Float.NEGATIVE_INFINITY, LARGEST_LOG_SCALE).exp();
      return Losses.contrastive(clip.images(pixels), clip.texts(ids), scale, hidden);
    };
  }

  /** The right pictures, then the flawed ones. */
  private static Tensor pictures(List<Pair> pairs) {
    List<float[]> pictures = new ArrayList<>();
    pairs.forEach(pair -> pictures.add(pair.better()));
    pairs.forEach(pair -> pictures.add(pair.worse()));
    return ShapesTensors.pixels(pictures);
  }

  private Tensor captions(List<Pair> pairs) {
    return ShapesTensors.ids(words, pairs.stream().map(pair -> pair.example().caption()).toList());
  }

  /** (B,2B), by captions and pictures. */
  static Tensor hidden(List<Pair> pairs) {
    List<Checker.Report> shown = new ArrayList<>();
    pairs.forEach(pair -> shown.add(Checker.report(pair.example().scene())));
    pairs.forEach(pair -> shown.add(Checker.report(pair.other())));
    int b = pairs.size();
    float[] hidden = new float[b * 2 * b];
    for (int i = 0; i < b; i++) {
      Prompt prompt = pairs.get(i).example().prompt();
      for (int j = 0; j < 2 * b; j++) {
        boolean another = j != i && Checker.satisfies(shown.get(j), prompt);
        hidden[i * 2 * b + j] = another ? HIDDEN : 0;
      }
    }
    return Tensor.of(Shape.of(b, 2 * b), hidden);
  }

  /** {@code right}: percent of right pictures that lie nearer to their caption than flawed ones. */
  @Override
  public SequencedMap<String, Double> measured() {
    SequencedMap<String, Double> numbers = new LinkedHashMap<>();
    if (settings.validation() > 0) {
      numbers.put("right", Lots.percent(settings.validation(), held::contrast, this::right));
    }
    return numbers;
  }

  private int right(List<Pair> pairs) {
    int b = pairs.size();
    Tensor images = clip.images(pictures(pairs)); // (2B,E)
    Tensor texts = clip.texts(captions(pairs)); // (B,E)
    Tensor better = images.slice(0, 0, b).times(texts).sum(1);
    Tensor worse = images.slice(0, b, 2 * b).times(texts).sum(1);
    return Lots.larger(better.toArray(), worse.toArray());
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> header = new LinkedHashMap<>(config.heads().metadata());
    header.put(WordPieces.METADATA, words.pieces().write());
    return header;
  }
}
