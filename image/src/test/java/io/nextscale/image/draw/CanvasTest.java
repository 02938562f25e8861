package io.nextscale.image.draw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.image.RgbImage;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CanvasTest {

  private static double[] numbers(int count, java.util.function.IntToDoubleFunction value) {
    return IntStream.range(0, count).mapToDouble(value).toArray();
  }

  private static double sumOfInk(Canvas canvas) {
    byte[] rgb = canvas.image().toBytes();
    return IntStream.range(0, rgb.length / 3).mapToDouble(i -> 255 - (rgb[3 * i] & 0xff)).sum()
        / 255;
  }

  /** Coverage is linear in the distance, which is exact for lines along the axes. */
  @Test
  void lineHasTheInkOfItsArea() {
    for (double angle : new double[] {0, 0.4, 0.8, 1.2, Math.PI / 2}) {
      Canvas canvas = new Canvas(140, 140);
      double x = 20.3 + 90 * Math.cos(angle);
      double y = 20.7 + 90 * Math.sin(angle);
      canvas.stroke(List.of(Canvas.Path.line(20.3, 20.7, x, y)), 3, 0, 1);
      assertThat(sumOfInk(canvas)).isCloseTo(90 * 3 + Math.PI * 1.5 * 1.5, within(4.0));
    }
  }

  @Test
  void areaHasTheInkOfItsSizeAndHolesAreLeftOut() {
    Canvas canvas = new Canvas(60, 60);
    canvas.fill(10.25, 5.5, 40.75, 30, 0, 1);
    assertThat(sumOfInk(canvas)).isCloseTo(30.5 * 24.5, within(0.5));

    Canvas star = new Canvas(100, 100);
    double[] x = numbers(5, i -> 50 + 40 * Math.sin(2 * Math.PI * (2 * i) / 5));
    double[] y = numbers(5, i -> 50 - 40 * Math.cos(2 * Math.PI * (2 * i) / 5));
    star.fill(new Canvas.Path(x, y), 0, 1);
    assertThat(star.image().rgb(50, 50)).isEqualTo(0xffffff); // even-odd
    assertThat(star.image().rgb(50, 20)).isZero();
  }

  @Test
  void nothingIsDrawnOutsideTheSheetOrTheClip() {
    Canvas canvas = new Canvas(50, 50);
    canvas.clip(10, 10, 40, 40);
    canvas.stroke(List.of(Canvas.Path.line(-1e6, 25, 1e6, 25)), 9, 0, 1);
    canvas.fill(-10, 15, 200, 18, 0, 1);
    RgbImage image = canvas.image();
    assertThat(image.rgb(9, 25)).isEqualTo(0xffffff);
    assertThat(image.rgb(40, 16)).isEqualTo(0xffffff);
    assertThat(image.rgb(10, 25)).isZero();
    assertThat(image.rgb(39, 16)).isZero();
  }

  @Test
  void everyPrintableCharacterHasALetterOfItsOwn() {
    assertThat(IntStream.rangeClosed(' ', '~').filter(c -> !Letters.has(c))).isEmpty();
    List<RgbImage> drawn =
        IntStream.rangeClosed('!', '~')
            .mapToObj(c -> {
              Canvas canvas = new Canvas(24, 32);
              Letters.write(canvas, Character.toString(c), 3, 22, 0, 14, 0, false);
              return canvas.image();
            })
            .toList();
    assertThat(drawn).doesNotHaveDuplicates();
    assertThat(Letters.has('€')).isFalse();
  }

  @Test
  void textIsAsWideAsItSaysAndAligned() {
    Canvas canvas = new Canvas(200, 40);
    double width = Letters.width("HIM", 14);
    Letters.write(canvas, "HIM", 150, 30, 1, 14, 0, false);
    int[] columns = inked(canvas.image());
    assertThat(columns[0]).isCloseTo((int) (150 - width), within(2));
    assertThat(columns[1]).isCloseTo(150, within(2));
  }

  /** The first and last column that are not white. */
  private static int[] inked(RgbImage image) {
    int[] columns =
        IntStream.range(0, image.width())
            .filter(
                x -> IntStream.range(0, image.height()).anyMatch(y -> image.rgb(x, y) != 0xffffff))
            .toArray();
    return new int[] {columns[0], columns[columns.length - 1]};
  }

  @Test
  void aPictureIsPastedAndCutOffAtTheEdges() {
    byte[] rgb = new byte[4 * 3 * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (10 + i);
    }
    RgbImage picture = RgbImage.of(rgb, 3, 4);
    for (int[] at : new int[][] {{2, 3}, {-1, -2}, {8, 9}, {-4, 0}, {10, 10}}) {
      Canvas canvas = new Canvas(10, 10);
      canvas.paste(picture, at[0], at[1]);
      RgbImage image = canvas.image();
      for (int y = 0; y < 10; y++) {
        for (int x = 0; x < 10; x++) {
          boolean inside = x >= at[0] && x < at[0] + 4 && y >= at[1] && y < at[1] + 3;
          int expected = inside ? picture.rgb(x - at[0], y - at[1]) : 0xffffff;
          assertThat(image.rgb(x, y)).isEqualTo(expected);
        }
      }
    }
  }
}
