package io.nextscale.training.inference;

import io.nextscale.search.Beam;
import io.nextscale.search.Halving;
import io.nextscale.search.Look;
import io.nextscale.search.Paths;
import io.nextscale.search.Plan;
import io.nextscale.search.RandomSearch;
import io.nextscale.search.Resampling;
import io.nextscale.search.Strategy;
import io.nextscale.search.ZeroOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A kind of search, which becomes a {@link Strategy} of the size that a budget of NFE allows.
 *
 * <p>A beam of wc candidates has the width {@code w = ⌊√(0.6 wc)⌋}, at least 1, so that 15
 * candidates are 3 branches of 5. What else there is to choose follows from K.
 */
public enum Method {
  /** The best of independent pictures. */
  RANDOM("random", "random search", false) {
    @Override
    Strategy of(int size, int steps) {
      return new RandomSearch(size);
    }
  },
  /** A beam of width 1. */
  GREEDY("greedy", "greedy", false) {
    @Override
    Strategy of(int size, int steps) {
      return new Beam(1, size);
    }
  },
  /** The search of the paper. */
  BEAM("beam", "beam", false) {
    @Override
    Strategy of(int size, int steps) {
      return new Beam(width(size), size / width(size));
    }
  },
  /** A beam that branches at the first third of the steps. */
  FIRST("first", "beam, first third of the steps", true) {
    @Override
    Strategy of(int size, int steps) {
      int most = Math.max(1, steps / 3);
      return new Beam(width(size), new Plan.First(size / width(size), most), Look.ROLL_OUT);
    }
  },
  /** A beam whose candidates are judged by what is decided of them. */
  PARTIAL("partial", "beam of partial pictures", true) {
    @Override
    Strategy of(int size, int steps) {
      return new Beam(width(size), new Plan.Uniform(size / width(size)), Look.PARTIAL);
    }
  },
  /** From the middle on, the better half of partial pictures goes on. */
  HALVING("halving", "halving", true) {
    @Override
    Strategy of(int size, int steps) {
      return new Halving(size, Math.max(1, steps / 2));
    }
  },
  /** Partial pictures drawn by their scores. */
  RESAMPLING("resampling", "resampling", true) {
    @Override
    Strategy of(int size, int steps) {
      return new Resampling(size, 10);
    }
  },
  /** A beam with most candidates at first. */
  FRONT("front", "beam, most at first", true) {
    @Override
    Strategy of(int size, int steps) {
      return new Beam(width(size), new Plan.Front(size / width(size)), Look.ROLL_OUT);
    }
  },
  /** A beam with most candidates at last. */
  BACK("back", "beam, most at last", false) {
    @Override
    Strategy of(int size, int steps) {
      return new Beam(width(size), new Plan.Back(size / width(size)), Look.ROLL_OUT);
    }
  },
  /** Noise near the best; for diffusion. */
  ZERO_ORDER("zero-order", "zero-order search", false) {
    @Override
    Strategy of(int size, int steps) {
      return new ZeroOrder(NEIGHBOURS, size);
    }
  },
  /** Steps back to noise and further forward; for diffusion. */
  PATHS("paths", "search over paths", false) {
    @Override
    Strategy of(int size, int steps) {
      int start = Math.max(1, Math.round(0.4f * steps));
      int back = Math.clamp(Math.round(0.13f * steps), 1, start);
      return new Paths(width(size), size / width(size), start, back, 2 * back);
    }
  };

  /** Of a zero-order search, as Ma et al. report best. */
  private static final int NEIGHBOURS = 4;

  private final String word;
  private final String title;
  private final boolean prunes;

  Method(String word, String title, boolean prunes) {
    this.word = word;
    this.title = title;
    this.prunes = prunes;
  }

  /** Its name in flags and files. */
  public String word() {
    return word;
  }

  /** Its name in tables. */
  String title() {
    return title;
  }

  /** Whether it saves late steps, which the beam of the paper pays for each candidate. */
  boolean prunes() {
    return prunes;
  }

  /** Whether it has complete pictures long before its end, and so an answer at any time. */
  boolean anytime() {
    return this != PARTIAL && this != HALVING && this != RESAMPLING && this != PATHS;
  }

  /** Whether it searches by itself; the same random pictures serve every verifier. */
  boolean selects() {
    return this != RANDOM;
  }

  /** A strategy of this kind, of any size. */
  public Strategy example() {
    return of(2, 2);
  }

  /** The strategy of a size, from 1: about how many candidates there are at a time. */
  abstract Strategy of(int size, int steps);

  /**
   * The largest strategy whose steps a budget pays for.
   *
   * @return nothing where it pays for none
   */
  Optional<Strategy> within(long evaluations, Rehearsal model) {
    int fits = 0;
    int large = 1;
    while (cost(large, model) <= evaluations) {
      fits = large;
      large *= 2;
    }
    while (large - fits > 1) {
      int middle = (fits + large) / 2;
      if (cost(middle, model) <= evaluations) {
        fits = middle;
      } else {
        large = middle;
      }
    }
    return fits == 0 ? Optional.empty() : Optional.of(of(fits, model.steps()));
  }

  private long cost(int size, Rehearsal model) {
    return model.of(of(size, model.steps())).evaluations();
  }

  private static int width(int candidates) {
    return Math.max(1, (int) Math.sqrt(0.6 * candidates));
  }

  /**
   * The method of a name.
   *
   * @throws IllegalArgumentException naming all when there is none
   */
  public static Method named(String word) {
    return Arrays.stream(values())
        .filter(method -> method.word.equals(word))
        .findFirst()
        .orElseThrow(() -> {
          List<String> all = Arrays.stream(values()).map(Method::word).toList();
          return new IllegalArgumentException(
              "--strategies: some of %s; got %s".formatted(String.join(", ", all), word));
        });
  }
}
