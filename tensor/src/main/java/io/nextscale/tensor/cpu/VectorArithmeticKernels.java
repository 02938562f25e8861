package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.Lanes.F;
import static io.nextscale.tensor.cpu.Lanes.N;
import static jdk.incubator.vector.VectorOperators.GE;

import jdk.incubator.vector.FloatVector;

/**
 * {@link ArithmeticKernels} on vectors. Each function has its own loops, because a vector operation
 * is an instruction only where the compiler knows which; the elements left over go to {@link
 * ScalarArithmeticKernels}, with the same bits.
 */
final class VectorArithmeticKernels implements ArithmeticKernels {

  private static final ScalarArithmeticKernels SCALAR = new ScalarArithmeticKernels();

  @Override
  public void rows(Arithmetic f, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    int whole = n - n % N;
    switch (f) {
      case PLUS -> plus(a, ao, b, bo, y, yo, whole);
      case MINUS -> minus(a, ao, b, bo, y, yo, whole);
      case TIMES -> times(a, ao, b, bo, y, yo, whole);
      case DIVIDE -> divide(a, ao, b, bo, y, yo, whole);
      case MAXIMUM -> maximum(a, ao, b, bo, y, yo, whole);
      case MINIMUM -> minimum(a, ao, b, bo, y, yo, whole);
      case AT_LEAST -> atLeast(a, ao, b, bo, y, yo, whole);
    }
    SCALAR.rows(f, a, ao + whole, b, bo + whole, y, yo + whole, n - whole);
  }

  @Override
  public void rowAndScalar(Arithmetic f, float[] a, int ao, float b, float[] y, int yo, int n) {
    int whole = n - n % N;
    FloatVector v = FloatVector.broadcast(F, b);
    switch (f) {
      case PLUS -> plus(a, ao, v, y, yo, whole);
      case MINUS -> minus(a, ao, v, y, yo, whole);
      case TIMES -> times(a, ao, v, y, yo, whole);
      case DIVIDE -> divide(a, ao, v, y, yo, whole);
      case MAXIMUM -> maximum(a, ao, v, y, yo, whole);
      case MINIMUM -> minimum(a, ao, v, y, yo, whole);
      case AT_LEAST -> atLeast(a, ao, v, y, yo, whole);
    }
    SCALAR.rowAndScalar(f, a, ao + whole, b, y, yo + whole, n - whole);
  }

  @Override
  public void scalarAndRow(Arithmetic f, float a, float[] b, int bo, float[] y, int yo, int n) {
    switch (f) {
      case PLUS, TIMES, MAXIMUM, MINIMUM -> rowAndScalar(f, b, bo, a, y, yo, n);
      case MINUS, DIVIDE, AT_LEAST -> {
        int whole = n - n % N;
        FloatVector v = FloatVector.broadcast(F, a);
        switch (f) {
          case MINUS -> minus(v, b, bo, y, yo, whole);
          case DIVIDE -> divide(v, b, bo, y, yo, whole);
          default -> atLeast(v, b, bo, y, yo, whole);
        }
        SCALAR.scalarAndRow(f, a, b, bo + whole, y, yo + whole, n - whole);
      }
    }
  }

  // n is a multiple of N below.

  private static void plus(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      FloatVector.fromArray(F, a, ao + i)
          .add(FloatVector.fromArray(F, b, bo + i))
          .intoArray(y, yo + i);
    }
  }

  private static void minus(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      FloatVector.fromArray(F, a, ao + i)
          .sub(FloatVector.fromArray(F, b, bo + i))
          .intoArray(y, yo + i);
    }
  }

  private static void times(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      FloatVector.fromArray(F, a, ao + i)
          .mul(FloatVector.fromArray(F, b, bo + i))
          .intoArray(y, yo + i);
    }
  }

  private static void divide(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      FloatVector.fromArray(F, a, ao + i)
          .div(FloatVector.fromArray(F, b, bo + i))
          .intoArray(y, yo + i);
    }
  }

  private static void maximum(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      FloatVector.fromArray(F, a, ao + i)
          .max(FloatVector.fromArray(F, b, bo + i))
          .intoArray(y, yo + i);
    }
  }

  private static void minimum(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      FloatVector.fromArray(F, a, ao + i)
          .min(FloatVector.fromArray(F, b, bo + i))
          .intoArray(y, yo + i);
    }
  }

  private static void plus(float[] a, int ao, FloatVector b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      FloatVector.fromArray(F, a, ao + i).add(b).intoArray(y, yo + i);
    }
  }

  private static void minus(float[] a, int ao, FloatVector b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      FloatVector.fromArray(F, a, ao + i).sub(b).intoArray(y, yo + i);
    }
  }

  private static void times(float[] a, int ao, FloatVector b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      FloatVector.fromArray(F, a, ao + i).mul(b).intoArray(y, yo + i);
    }
  }

  private static void divide(float[] a, int ao, FloatVector b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      FloatVector.fromArray(F, a, ao + i).div(b).intoArray(y, yo + i);
    }
  }

  private static void maximum(float[] a, int ao, FloatVector b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      FloatVector.fromArray(F, a, ao + i).max(b).intoArray(y, yo + i);
    }
  }

  private static void minimum(float[] a, int ao, FloatVector b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      FloatVector.fromArray(F, a, ao + i).min(b).intoArray(y, yo + i);
    }
  }

  private static void minus(FloatVector a, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      a.sub(FloatVector.fromArray(F, b, bo + i)).intoArray(y, yo + i);
    }
  }

  private static void divide(FloatVector a, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      a.div(FloatVector.fromArray(F, b, bo + i)).intoArray(y, yo + i);
    }
  }

  private static void atLeast(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      atLeast(FloatVector.fromArray(F, a, ao + i), FloatVector.fromArray(F, b, bo + i))
          .intoArray(y, yo + i);
    }
  }

  private static void atLeast(float[] a, int ao, FloatVector b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      atLeast(FloatVector.fromArray(F, a, ao + i), b).intoArray(y, yo + i);
    }
  }

  private static void atLeast(FloatVector a, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += N) {
      atLeast(a, FloatVector.fromArray(F, b, bo + i)).intoArray(y, yo + i);
    }
  }

  private static FloatVector atLeast(FloatVector a, FloatVector b) {
    return FloatVector.zero(F).blend(1f, a.compare(GE, b));
  }
}
