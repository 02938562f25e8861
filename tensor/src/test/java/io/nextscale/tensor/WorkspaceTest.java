package io.nextscale.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.spi.HostBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class WorkspaceTest {

  private static final Shape TEN = Shape.of(10);

  private final RandomStream random = RandomStream.of(5);
  private final Tensor x = Tensor.normal(TEN, 0, 1, random);

  private static void assertReleased(Tensor tensor) {
    assertThatThrownBy(tensor::toArray)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("tensor " + tensor.shape() + ": values that are still there")
        .hasMessageContaining("Workspace");
    assertThatThrownBy(() -> tensor.plus(1f)).isInstanceOf(IllegalStateException.class);
  }

  private static float[] array(Tensor tensor) {
    return ((HostBuffer.F32) tensor.buffer()).values();
  }

  @Test
  void resultOutlivesItsScopeAndTheRestDoesNot() {
    List<Tensor> inside = new ArrayList<>();
    Tensor result =
        Workspace.scope(() -> {
          inside.add(x.times(2f));
          inside.add(inside.getFirst().reshape(2, 5));
          return inside.getLast().plus(1f);
        });
    assertThat(result.toArray()).isEqualTo(x.times(2f).plus(1f).toArray());
    inside.forEach(WorkspaceTest::assertReleased);
    assertThat(x.toArray()).hasSize(10); // made outside
  }

  @Test
  void arraysAreUsedAgainWithinAScope() {
    Tensor[] used = new Tensor[1];
    Workspace.scope(() -> {
      float[][] arrays = new float[2][];
      for (int i = 0; i < 2; i++) {
        int block = i;
        used[0] =
            Workspace.scope(() -> {
              Tensor y = x.exp();
              arrays[block] = array(y);
              return y.sum();
            });
      }
      assertThat(arrays[1]).isSameAs(arrays[0]);
      return used[0];
    });
  }

  @Test
  void arraysOfLivingTensorsAreNotUsedAgain() {
    Tensor result =
        Workspace.scope(() -> {
          Tensor kept = Workspace.scope(() -> x.times(3f));
          Workspace.scope(() -> x.times(5f)); // would overwrite it
          return kept.plus(0f);
        });
    assertThat(result.toArray()).isEqualTo(x.times(3f).toArray());
  }

  @Test
  void resultOfAnInnerScopeIsReleasedWithTheOuterOne() {
    Tensor[] inner = new Tensor[1];
    Workspace.scope(() -> {
      inner[0] = Workspace.scope(() -> x.times(2f));
      assertThat(inner[0].toArray()).hasSize(10);
      return inner[0].sum();
    });
    assertReleased(inner[0]);
  }

  @Test
  void viewsAreReleasedWithTheirArrays() {
    Tensor[] view = new Tensor[1];
    Workspace.scope(() -> {
      Tensor y = x.times(2f);
      view[0] = Workspace.scope(() -> y.reshape(5, 2));
      return y.sum();
    });
    assertReleased(view[0]);
  }

  @Test
  void viewAsResultKeepsItsArray() {
    Tensor result = Workspace.scope(() -> x.times(2f).reshape(5, 2));
    Workspace.scope(() -> x.times(9f));
    assertThat(result.toArray()).isEqualTo(x.times(2f).toArray());
  }

  @Test
  void keptTensorsLive() {
    List<Tensor> kept = new ArrayList<>();
    Workspace.scope(() -> {
      kept.add(Workspace.keep(x.times(2f)));
      Workspace.scope(() -> {
        kept.add(Workspace.keep(x.times(3f)));
        return x.times(4f);
      });
      Tensor ofOuter = x.times(5f);
      Workspace.scope(() -> {
        kept.add(Workspace.keep(ofOuter)); // made one scope further out
        return x.times(6f);
      });
      Tensor viewed = x.times(7f);
      Workspace.scope(() -> {
        kept.add(Workspace.keep(viewed.reshape(2, 5)));
        return x.times(8f);
      });
      return x.times(9f);
    });
    Workspace.scope(() -> x.times(0f).plus(x.times(0f)).plus(x.times(0f)).plus(x.times(0f)));
    float[] factors = {2, 3, 5, 7};
    for (int i = 0; i < factors.length; i++) {
      assertThat(kept.get(i).toArray()).isEqualTo(x.times(factors[i]).toArray());
    }
  }

  @Test
  void scopeThatThrowsReleasesWhatItMade() {
    Tensor[] made = new Tensor[1];
    assertThatThrownBy(() ->
            Workspace.scope(() -> {
              made[0] = x.times(2f);
              throw new IllegalArgumentException("expected");
            }))
        .hasMessage("expected");
    assertReleased(made[0]);
  }

  @Test
  void scopesDoNothingWhileGradientsRecord() {
    Tensor[] inside = new Tensor[1];
    Gradients g =
        Gradients.of(
            List.of(x),
            () ->
                Workspace.scope(() -> {
                  inside[0] = x.square();
                  return inside[0].sum();
                }));
    assertThat(inside[0].toArray()).isEqualTo(x.square().toArray());
    assertThat(g.of(x).toArray()).isEqualTo(x.times(2f).toArray());
  }

  @Test
  void bitsDoNotDependOnScopes() {
    Tensor w = Tensor.normal(Shape.of(16, 16), 0, 0.3f, random);
    Tensor start = Tensor.normal(Shape.of(2, 4, 16), 0, 1, random);
    Supplier<Tensor> scoped =
        () ->
            Workspace.scope(() -> {
              Tensor y = start;
              for (int i = 0; i < 6; i++) {
                Tensor in = y;
                y = Workspace.scope(() -> block(in, w));
              }
              return y;
            });
    Tensor plain = start;
    for (int i = 0; i < 6; i++) {
      plain = block(plain, w);
    }
    assertThat(scoped.get().toArray()).isEqualTo(plain.toArray());
    assertThat(scoped.get().toArray()).isEqualTo(plain.toArray());
  }

  private static Tensor block(Tensor x, Tensor w) {
    Tensor h = x.layerNorm(1e-6f).matmulT(w).gelu();
    Tensor heads = h.reshape(2, 4, 2, 8);
    Tensor a = heads.attention(List.of(heads), List.of(heads), null, 0.3f).reshape(2, 4, 16);
    return x.plus(a.slice(1, 1, 4).pad(1, 1, 0)).plus(h.sum(1).softmax());
  }
}
