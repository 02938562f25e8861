package io.nextscale.training.learner;

import io.nextscale.nn.Parameters;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.Tensor;
import io.nextscale.training.settings.VerifierSettings;
import io.nextscale.var.text.WordPieces;
import io.nextscale.verifiers.layer.Losses;
import io.nextscale.verifiers.reward.ImageReward;
import io.nextscale.verifiers.reward.RewardConfig;
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

/** Learns which of two pictures would be preferred for a caption: the loss of ImageReward. */
final class ImageRewardSubject implements VerifierSubject {

  private final VerifierSettings.Subject settings;
  private final Lessons training;
  private final Lessons held;
  private final ShapesWords words = ShapesWords.ofGrammar();
  private final RewardConfig config = ShapesSizes.imageReward(words);
  private final ImageReward model = ImageReward.declared(config);
  private final Parameters parameters = model.parameters();

  ImageRewardSubject(VerifierSettings.Subject settings) {
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
    Both both = both(Lots.of(first, count, training::pair));
    return () -> {
      Tensor rewards = model.forward(both.pixels(), both.ids()); // (2B)
      return Losses.preference(rewards.slice(0, 0, count), rewards.slice(0, count, 2 * count));
    };
  }

  /** The better pictures, then the worse ones, each with its caption. */
  private record Both(Tensor pixels, Tensor ids) {}

  private Both both(List<Pair> pairs) {
    List<float[]> pictures = new ArrayList<>();
    pairs.forEach(pair -> pictures.add(pair.better()));
    pairs.forEach(pair -> pictures.add(pair.worse()));
    List<String> captions = new ArrayList<>();
    pairs.forEach(pair -> captions.add(pair.example().caption()));
    captions.addAll(List.copyOf(captions));
    return new Both(ShapesTensors.pixels(pictures), ShapesTensors.ids(words, captions));
  }

  /**
   * {@code right}: percent of pairs whose better picture gets more; {@code right.contrast}: of
   * those whose worse picture shows something else.
   */
  @Override
  public SequencedMap<String, Double> measured() {
    SequencedMap<String, Double> numbers = new LinkedHashMap<>();
    int count = settings.validation();
    if (count > 0) {
      numbers.put("right", Lots.percent(count, held::pair, this::right));
      numbers.put("right.contrast", Lots.percent(count, held::contrast, this::right));
    }
    return numbers;
  }

  private int right(List<Pair> pairs) {
    Both both = both(pairs);
    int b = pairs.size();
    Tensor rewards = model.forward(both.pixels(), both.ids());
    return Lots.larger(rewards.slice(0, 0, b).toArray(), rewards.slice(0, b, 2 * b).toArray());
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> header = new LinkedHashMap<>(config.heads().metadata());
    header.put(WordPieces.METADATA, words.pieces().write());
    return header;
  }
}
