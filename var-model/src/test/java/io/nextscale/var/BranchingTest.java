package io.nextscale.var;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.var.Branching.Branch;
import io.nextscale.var.Branching.Outlook;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BranchingTest {

  private static Generation settings() {
    return Generation.fid(List.of(3), 0).guidance(3).topK(6).topP(0.9);
  }

  /** Every branch takes its tokens from its own seed at every step. */
  private static List<Branch> straight(
      Branching branching, List<Condition> conditions, List<Long> seeds) {
    List<Branch> branches = new ArrayList<>(conditions.stream().map(branching::begin).toList());
    for (int k = 0; k < branching.steps(); k++) {
      List<Integer> each = new ArrayList<>();
      for (int i = 0; i < branches.size(); i++) {
        each.add(i);
      }
      branches = branching.commit(branching.look(branches), each, seeds);
    }
    return branches;
  }

  @ParameterizedTest
  @CsvSource({"3, 2147483647", "0, 2147483647", "3, 1", "1.5, 0"})
  void aBranchOfOneSeedIsTheImageOfThatSeed(double guidance, int drawn) throws IOException {
    Generator generator = Tiny.generator();
    Generation settings = settings().guidance(guidance).drawn(drawn);
    List<Integer> labels = List.of(3, 1, Generation.NO_CLASS, 3);
    List<Long> seeds = List.of(7L, 8L, 9L, 10L);
    List<Condition> conditions =
        labels.stream().<Condition>map(label -> Condition.classes(label)).toList();

    Branching branching = new Branching(generator, settings);
    Generated made = branching.made(straight(branching, conditions, seeds));

    for (int i = 0; i < labels.size(); i++) {
      Generation alone =
          Generation.fid(List.of(labels.get(i)), seeds.get(i))
              .guidance(guidance)
              .topK(6)
              .topP(0.9)
              .drawn(drawn);
      Generated expected = generator.generate(alone);
      assertThat(made.tokens().image(i).sequence().toInts())
          .isEqualTo(expected.tokens().sequence().toInts());
      assertThat(made.images().slice(0, i, i + 1).toArray()).isEqualTo(expected.images().toArray());
    }
  }

  @Test
  void forksShareWhatTheyHaveInCommon() throws IOException {
    Branching branching = new Branching(Tiny.generator(), settings());
    Outlook first = branching.look(List.of(branching.begin(Condition.classes(2))));
    List<Branch> forks =
        branching.commit(first, Collections.nCopies(5, 0), List.of(1L, 2L, 3L, 4L, 5L));
    assertThat(forks.stream().map(b -> b.tokens().getFirst().toInts()[0]).distinct().count())
        .isGreaterThan(1);
    Outlook second = branching.look(forks);
    List<Branch> longer = branching.commit(second, List.of(0, 0, 4), List.of(6L, 7L, 8L));

    for (int block = 0; block < Tiny.TRANSFORMER.depth(); block++) {
      KvCache.Chunk shared = forks.getFirst().cache().block(block).getFirst();
      for (Branch branch : longer) {
        assertThat(branch.cache().block(block)).hasSize(2);
        assertThat(branch.cache().block(block).getFirst()).isSameAs(shared);
      }
      assertThat(longer.get(0).cache().block(block).get(1))
          .isSameAs(longer.get(1).cache().block(block).get(1))
          .isNotSameAs(longer.get(2).cache().block(block).get(1));
    }
    assertThat(longer.get(0).tokens().getFirst()).isSameAs(longer.get(1).tokens().getFirst());
  }

  @Test
  void branchesUnderWayHavePictures() throws IOException {
    Generator generator = Tiny.generator();
    Branching branching = new Branching(generator, settings());
    Outlook first = branching.look(List.of(branching.begin(Condition.classes(2))));
    List<Branch> one = branching.commit(first, List.of(0), List.of(4L));
    List<Generated> seen = new ArrayList<>();
    Generation request = Generation.fid(List.of(2), 4).guidance(3).topK(6).topP(0.9);
    generator.generate(
        request,
        progress -> {
          seen.add(progress.soFar());
          return true;
        });

    assertThat(branching.made(one).images().toArray())
        .isEqualTo(seen.getFirst().images().toArray());
    assertThat(branching.made(one).tokens()).isNull();
  }

  @Test
  void captionsBranchAsWell() throws IOException {
    Generator generator = TextTest.generator();
    Condition captions = TextTest.captions("a red circle", "two squares", "");
    Generation settings = Generation.fid(captions, 0).guidance(2).topK(0).topP(0);
    Branching branching = new Branching(generator, settings);
    List<Condition> each = List.of(captions.select(0), captions.select(1), captions.select(2));
    List<Long> seeds = List.of(5L, 6L, 7L);

    Generated made = branching.made(straight(branching, each, seeds));

    Generated expected = generator.generate(settings.seeds(seeds));
    assertThat(made.tokens().sequence().toInts()).isEqualTo(expected.tokens().sequence().toInts());
  }

  @Test
  void whatHasNoChoiceIsRefused() throws IOException {
    Generator generator = Tiny.generator();
    assertThatThrownBy(() -> new Branching(generator, settings().smooth(true)))
        .hasMessage("branching: tokens to choose from; got settings that mix codes");
    Branching branching = new Branching(generator, settings());
    assertThatThrownBy(() -> branching.begin(Condition.classes(1, 2)))
        .hasMessage("branching: one label; got 2");
    Branch begun = branching.begin(Condition.classes(1));
    Outlook outlook = branching.look(List.of(begun));
    Branch first = branching.commit(outlook, List.of(0), List.of(1L)).getFirst();
    assertThatThrownBy(() -> branching.look(List.of(begun, first)))
        .hasMessage("branching: branches of one step below 3; got [0, 1]");
    List<Branch> complete = straight(branching, List.of(Condition.classes(1)), List.of(1L));
    assertThatThrownBy(() -> branching.look(complete)).hasMessageContaining("got [3]");
    assertThatThrownBy(() -> branching.commit(outlook, List.of(0, 0), List.of(1L)))
        .hasMessage("branching: at least one row and one seed for each; got 2 rows, 1 seeds");
  }
}
