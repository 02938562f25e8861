package io.nextscale.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class GridTest {

  private final RgbImage a = Fixtures.random(1, 4, 6);
  private final RgbImage b = Fixtures.random(2, 4, 6);
  private final RgbImage c = Fixtures.random(3, 2, 4);

  @Test
  void imagesStandInRowsWithMargins() {
    RgbImage sheet = Grid.of(List.of(a, b, c), 2, 3);

    assertThat(sheet.width()).isEqualTo(3 + 6 + 3 + 6 + 3);
    assertThat(sheet.height()).isEqualTo(3 + 4 + 3 + 4 + 3);
    assertThat(Crop.at(sheet, 3, 3, 6, 4)).isEqualTo(a);
    assertThat(Crop.at(sheet, 12, 3, 6, 4)).isEqualTo(b);
    assertThat(Crop.at(sheet, 3 + 1, 10 + 1, 4, 2)).isEqualTo(c); // centred
    assertThat(Crop.at(sheet, 12, 10, 6, 4).toBytes()).containsOnly(0);
    assertThat(Crop.at(sheet, 0, 0, 21, 3).toBytes()).containsOnly(0);
  }

  @Test
  void aStripIsOneRow() {
    RgbImage strip = Grid.strip(List.of(a, b), 0);

    assertThat(strip.width()).isEqualTo(12);
    assertThat(strip.height()).isEqualTo(4);
    assertThat(Crop.at(strip, 6, 0, 6, 4)).isEqualTo(b);
  }

  @Test
  void whatCannotBeLaidOutIsRefused() {
    assertThatThrownBy(() -> Grid.of(List.of(), 2, 3))
        .hasMessageContaining("got 0 images, 2 columns, padding 3");
    assertThatThrownBy(() -> Grid.of(List.of(a), 0, 3)).hasMessageContaining("0 columns");
    assertThatThrownBy(() -> Grid.of(List.of(a), 1, -1)).hasMessageContaining("padding -1");
    assertThatThrownBy(() -> Grid.strip(List.of(a, b), Integer.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sides of at most");
  }
}
