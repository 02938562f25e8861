package io.nextscale.cli;

import io.nextscale.image.Resample;
import io.nextscale.image.RgbImage;
import io.nextscale.image.draw.Canvas;
import io.nextscale.image.draw.Canvas.Path;
import io.nextscale.image.draw.Letters;
import io.nextscale.search.Found;
import io.nextscale.search.Trial;
import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A search as a picture: candidates in rows by the step at which they branched off, each with its
 * score and a line from where it did. Those that the search went on from have a blue frame, the
 * best picture a red one.
 */
final class SearchTree {

  /** The longer side of a small picture. */
  private static final int SIDE = 64;

  private static final int COLUMNS = 20;
  private static final int GAP = 10;
  private static final int LABEL = 8;
  private static final int MARGIN = 16;
  private static final int LEFT = 90;
  private static final int BETWEEN_STEPS = 26;
  private static final int CELL_HEIGHT = SIDE + LABEL + 3 * GAP / 2;
  private static final int INK = 0x333333;
  private static final int LINE = 0xaaaaaa;
  private static final int KEPT = 0x0072b2;
  private static final int BEST = 0xd52b1e;

  private final Map<Integer, RgbImage> pictures = new HashMap<>();

  /** Where a small picture has its top left corner. */
  private record Place(int x, int y) {}

  /** Notes what candidates look like. */
  void show(List<Trial> trials, @Nullable Tensor images) {
    for (int i = 0; images != null && i < trials.size(); i++) {
      pictures.put(trials.get(i).number(), small(Pictures.fromUnit(images, i)));
    }
  }

  private static RgbImage small(RgbImage image) {
    int longer = Math.max(image.width(), image.height());
    if (longer == SIDE) {
      return image;
    }
    int width = Math.max(1, image.width() * SIDE / longer);
    int height = Math.max(1, image.height() * SIDE / longer);
    return Resample.resize(image, width, height, Resample.Filter.BICUBIC);
  }

  /** The whole search. */
  RgbImage draw(String title, Found<?> found) {
    Map<Integer, List<Trial>> steps = new TreeMap<>();
    found.trials().forEach(t -> steps.computeIfAbsent(t.step(), _ -> new ArrayList<>()).add(t));
    Map<Integer, Place> places = new HashMap<>();
    int height = 3 * MARGIN;
    int columns = 1;
    for (List<Trial> trials : steps.values()) {
      for (int i = 0; i < trials.size(); i++) {
        int x = LEFT + i % COLUMNS * (SIDE + GAP);
        int y = height + i / COLUMNS * CELL_HEIGHT;
        places.put(trials.get(i).number(), new Place(x, y));
      }
      columns = Math.max(columns, Math.min(COLUMNS, trials.size()));
      height += (trials.size() + COLUMNS - 1) / COLUMNS * CELL_HEIGHT + BETWEEN_STEPS;
    }
    double wide = Math.max(LEFT + columns * (SIDE + GAP), Letters.width(title, 11) + MARGIN);
    Canvas canvas = new Canvas((int) wide + MARGIN, height);
    Letters.write(canvas, title, MARGIN, 2.0 * MARGIN, 0, 11, INK, false);
    found.trials().forEach(trial -> line(canvas, trial, places));
    steps.forEach((step, trials) -> {
      Place first = place(places, trials.getFirst().number());
      Letters.write(canvas, "step " + step, MARGIN, first.y + SIDE / 2.0, 0, 10, INK, false);
      trials.forEach(t -> cell(canvas, t, t.number() == found.best(), place(places, t.number())));
    });
    return canvas.image();
  }

  private static Place place(Map<Integer, Place> places, int number) {
    Place place = places.get(number);
    if (place == null) {
      throw new IllegalStateException("tree: a candidate with a place; got " + number);
    }
    return place;
  }

  private static void line(Canvas canvas, Trial trial, Map<Integer, Place> places) {
    Place from = places.get(trial.parent());
    if (from != null) {
      Place to = place(places, trial.number());
      Path path =
          Path.line(from.x + SIDE / 2.0, from.y + CELL_HEIGHT - GAP, to.x + SIDE / 2.0, to.y - 2.0);
      canvas.stroke(List.of(path), trial.kept() ? 2 : 1, trial.kept() ? KEPT : LINE, 1);
    }
  }

  private void cell(Canvas canvas, Trial trial, boolean best, Place at) {
    if (best || trial.kept()) {
      int edge = best ? 4 : 3;
      canvas.fill(
          at.x - edge, at.y - edge, at.x + SIDE + edge, at.y + SIDE + edge, best ? BEST : KEPT, 1);
    }
    RgbImage picture = pictures.get(trial.number());
    if (picture != null) {
      canvas.paste(picture, at.x + (SIDE - picture.width()) / 2, at.y);
    }
    String score = Double.isNaN(trial.score()) ? "" : score(trial.score());
    double base = at.y + SIDE + GAP / 2.0 + LABEL;
    Letters.write(canvas, score, at.x + SIDE / 2.0, base, 0.5, LABEL, best ? BEST : INK, false);
  }

  /** A score for people, three digits. */
  static String score(double score) {
    return String.format(Locale.ROOT, "%.3g", score);
  }
}
