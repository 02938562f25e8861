package io.nextscale.training.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.data.Batch;
import io.nextscale.data.PictureSource;
import io.nextscale.shapes.Grammar;
import io.nextscale.shapes.Prompt;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.training.settings.PictureSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingPicturesTest {

  private static final PictureSettings SMALL = new PictureSettings(8, 1, false, false, 5);

  @TempDir Path folder;

  private static List<String> names(PictureSource source) {
    List<String> names = new ArrayList<>();
    for (long i = 0; i < source.size(); i++) {
      names.add(source.name(i));
    }
    return names;
  }

  @ParameterizedTest
  @CsvSource({"23, 2", "23, 11", "20, 2", "21, 1", "9, 3"})
  void eachPictureIsEitherKeptOutOrTrainedOn(int count, int held) throws IOException {
    Small.pictures(folder, count);
    try (PictureSource whole = PictureSource.open(folder)) {
      PictureSource kept = HeldOut.of(whole, held, true);
      PictureSource others = HeldOut.of(whole, held, false);
      assertThat(kept.size()).isEqualTo(held);
      List<String> all = names(kept);
      all.addAll(names(others));
      assertThat(all).hasSize(count).doesNotHaveDuplicates().hasSameElementsAs(names(whole));
      assertThat(names(others)).isEqualTo(List.copyOf(new TreeSet<>(names(others))));
      assertThat(others.get(0).name()).isEqualTo(others.name(0));
    }
  }

  @Test
  void aTenthIsKeptOutAtMostAndNothingOfVeryFew() throws IOException {
    Path many = Small.pictures(folder.resolve("many"), 30);
    try (TrainingPictures pictures = TrainingPictures.open(many.toString(), SMALL)) {
      assertThat(pictures.training().size()).isEqualTo(27);
      List<Batch> measured = pictures.validation(true, line -> {});
      assertThat(measured.stream().mapToInt(Batch::size).sum()).isEqualTo(3);
    }
    Path few = Small.pictures(folder.resolve("few"), 4);
    try (TrainingPictures pictures = TrainingPictures.open(few.toString(), SMALL)) {
      assertThat(pictures.training().size()).isEqualTo(4);
      assertThat(pictures.validation(true, line -> {})).isEmpty();
      assertThat(pictures.captioned()).isTrue();
    }
  }

  @Test
  void aPartForValidationIsTakenWhereThereIsOne() throws IOException {
    Small.pictures(folder.resolve("train"), 12);
    Small.pictures(folder.resolve("val"), 2);
    try (TrainingPictures pictures = TrainingPictures.open(folder.toString(), SMALL)) {
      assertThat(pictures.training().size()).isEqualTo(12);
      assertThat(pictures.validation(true, line -> {}).getFirst().size()).isEqualTo(2);
      assertThat(pictures.describe().write()).contains("\"pictures\":12", "\"classes\":12");
    }
  }

  @Test
  void wordsOfTheShapesWorldAreAllKnown() throws IOException {
    PictureSettings settings = new PictureSettings(64, 1, false, false, 4);
    try (TrainingPictures pictures = TrainingPictures.open("shapes:5", settings)) {
      assertThat(pictures.shapes()).isTrue();
      var words = pictures.words(512);
      ShapesWorld world = new ShapesWorld(9);
      for (int i = 0; i < 200; i++) {
        assertThat(words.unknown(world.example(Split.TEST, i).caption())).isEmpty();
      }
      Batch batch = pictures.validation(true, line -> {}).getFirst();
      assertThat(batch.captions()).allSatisfy(caption -> Grammar.parse(caption));
    }
    assertThatThrownBy(() -> TrainingPictures.open("shapes:x", settings))
        .hasMessageContaining("--data: shapes or crowds and a seed");
    assertThatThrownBy(
            () -> TrainingPictures.open("shapes", new PictureSettings(64, 1, false, true, 4)))
        .hasMessageContaining("--flip");
  }

  @Test
  void crowdsAreToLearnFromAndTheWorldItselfToMeasureOn() throws IOException {
    PictureSettings settings = new PictureSettings(64, 1, false, false, 4);
    try (TrainingPictures pictures = TrainingPictures.open("crowds:5", settings)) {
      assertThat(pictures.shapes()).isTrue();
      assertThat(pictures.captioned()).isFalse();
      assertThat(pictures.training().get(3).name()).isEqualTo("crowds-5-train-3");
      Batch batch = pictures.validation(true, line -> {}).getFirst();
      assertThat(batch.captions()).hasSize(4).allSatisfy(caption -> Grammar.parse(caption));
    }
    assertThatThrownBy(() -> TrainingPictures.open("crowds:x", settings))
        .hasMessageContaining("--data: shapes or crowds and a seed");
  }

  @Test
  void theJudgeCountsByTask() {
    ShapesWorld world = new ShapesWorld(2);
    List<Prompt> prompts = new ArrayList<>();
    Tensor[] pictures = new Tensor[8];
    for (int i = 0; i < pictures.length; i++) {
      var example = world.example(Split.TEST, i);
      Prompt other = world.example(Split.TEST, i + 100).prompt();
      prompts.add(i < 6 ? example.prompt() : other);
      pictures[i] = Tensor.of(Shape.of(1, 64, 64, 3), example.picture()).times(2f).minus(1f);
    }
    ShapesJudge judge = new ShapesJudge();
    judge.look(Tensor.concat(0, pictures), prompts);
    assertThat(judge.percentages()).containsEntry("right", 75.0);
    assertThat(new ShapesJudge().percentages()).isEmpty();
  }
}
