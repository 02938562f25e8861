package io.nextscale.training.learner;

import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.training.settings.VerifierSettings;
import io.nextscale.var.text.WordPieces;
import io.nextscale.verifiers.layer.Losses;
import io.nextscale.verifiers.reward.BertEncoder;
import io.nextscale.verifiers.reward.ImageReward;
import io.nextscale.verifiers.reward.RewardConfig;
import io.nextscale.verifiers.shapes.Lessons;
import io.nextscale.verifiers.shapes.Lessons.Choice;
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
 * Learns which pictures would be preferred for a caption: the loss of ImageReward over all pairs of
 * a choice, as its authors rank several pictures of a prompt. Beside it the logistic loss of
 * whether a picture shows what the caption says, so that scores are {@code log p/(1 − p)}; and on
 * the side what stands in each patch, which parts of a caption hold and what its nouns name.
 */
final class ImageRewardSubject implements VerifierSubject {

  private final VerifierSettings.Subject settings;
  private final Lessons training;
  private final Lessons held;
  private final ShapesWords words = ShapesWords.ofGrammar();
  private final RewardConfig config = ShapesSizes.imageReward(words);
  private final ImageReward model = ImageReward.declared(config);
  private final Fields<ImageReward> fields = Fields.of(model, config.vision().width());
  private final Parts<Fields<ImageReward>> parts = Parts.of(fields, config.text().width());

  ImageRewardSubject(VerifierSettings.Subject settings, @Nullable VqVae tokenizer) {
    this.settings = settings;
    training = new Lessons(settings.world(), Split.TRAIN, tokenizer);
    held = new Lessons(settings.world(), Split.VALIDATION, tokenizer);
  }

  @Override
  public Record verifier() {
    return model;
  }

  @Override
  public Record learner() {
    return parts;
  }

  @Override
  public Supplier<Tensor> loss(long first, int count) {
    List<Choice> choices = Lots.of(first, count, training::choice);
    List<float[]> pictures = new ArrayList<>();
    List<String> captions = new ArrayList<>();
    List<Checker.Report> reports = new ArrayList<>();
    List<Float> right = new ArrayList<>();
    List<Float> ofCaptions = new ArrayList<>();
    List<Float> ofNouns = new ArrayList<>();
    for (Choice choice : choices) {
      for (int i = 0; i < choice.pictures().size(); i++) {
        Shown shown = choice.pictures().get(i);
        pictures.add(shown.picture());
        reports.add(shown.report());
        ofCaptions.addAll(Parts.ofCaption(choice.example().prompt(), shown.report()));
        ofNouns.addAll(Parts.ofNouns(choice.example().prompt(), shown.report()));
        captions.add(choice.example().caption());
        right.add(choice.right(i) ? 1f : 0f);
      }
    }
    Tensor pixels = ShapesTensors.pixels(pictures);
    Tensor ids = ShapesTensors.ids(words, captions);
    Tensor classes = Fields.classes(reports, config.vision().patch());
    Tensor truth = ShapesTensors.numbers(right);
    Tensor nouns = ShapesTensors.nouns(words, captions);
    Tensor captionNumbers = ShapesTensors.numbers(ofCaptions);
    Tensor nounNumbers = ShapesTensors.numbers(ofNouns);
    Preferences preferences = Preferences.of(choices);
    return () -> {
      Tensor seen = model.vision().forward(pixels); // (4B,L,Cv)
      List<Tensor> states = model.text().states(ids, seen); // (4B,T,C) each
      Tensor known = BertEncoder.first(states.getLast()); // (4B,C)
      Tensor before = states.get(Math.max(0, states.size() - 2));
      Tensor atNouns = before.reshape(-1, before.shape().dim(2)).rows(nouns); // (N,C)
      Tensor rewards = model.head().forward(known).reshape(pictures.size()); // (4B)
      Tensor side =
          fields.loss(seen, classes).plus(parts.loss(known, captionNumbers, atNouns, nounNumbers));
      return preferences
          .loss(rewards)
          .plus(Losses.quality(rewards, truth))
          .plus(side.times((float) settings.aside()));
    };
  }

  /** Which pictures of a batch are better than which, by their numbers; perhaps none. */
  private record Preferences(List<Integer> better, List<Integer> worse) {

    static Preferences of(List<Choice> choices) {
      Preferences all = new Preferences(new ArrayList<>(), new ArrayList<>());
      int at = 0;
      for (Choice choice : choices) {
        int count = choice.pictures().size();
        for (int i = 0; i < count * count; i++) {
          if (choice.better(i / count, i % count)) {
            all.better.add(at + i / count);
            all.worse.add(at + i % count);
          }
        }
        at += count;
      }
      return all;
    }

    Tensor loss(Tensor rewards) {
      return better.isEmpty()
          ? Tensor.scalar(0)
          : Losses.preference(chosen(rewards, better), chosen(rewards, worse));
    }

    private static Tensor chosen(Tensor rewards, List<Integer> numbers) {
      int[] rows = numbers.stream().mapToInt(Integer::intValue).toArray();
      Tensor chosen = rewards.reshape(-1, 1).rows(Tensor.ofInts(Shape.of(rows.length), rows));
      return chosen.reshape(rows.length); // (P,1) -> (P)
    }
  }

  @Override
  public SequencedMap<String, Double> measured() {
    return ByFlaw.percentages(settings, held, this::right);
  }

  private int right(List<Pair> pairs) {
    List<String> captions = pairs.stream().map(pair -> pair.example().caption()).toList();
    return Lots.larger(
        rewards(captions, pairs.stream().map(Pair::better).toList()),
        rewards(captions, pairs.stream().map(Pair::worse).toList()));
  }

  private float[] rewards(List<String> captions, List<Shown> pictures) {
    Tensor pixels = ShapesTensors.pixels(pictures.stream().map(Shown::picture).toList());
    return model.forward(pixels, ShapesTensors.ids(words, captions)).toArray();
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> header = new LinkedHashMap<>(config.heads().metadata());
    header.put(WordPieces.METADATA, words.pieces().write());
    return header;
  }
}
