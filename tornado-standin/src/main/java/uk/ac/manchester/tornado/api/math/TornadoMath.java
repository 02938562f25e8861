package uk.ac.manchester.tornado.api.math;

/**
 * Functions in single precision that have a counterpart on the device, with its weaknesses: NaN is
 * no operand of a minimum or maximum, and a tanh stays below 1.
 */
public class TornadoMath {

  private static final float BELOW_ONE = Math.nextDown(1f);

  public static float min(float a, float b) {
    if (Float.isNaN(a)) {
      return b;
    }
    return a < b || Float.isNaN(b) ? a : b;
  }

  public static int min(int a, int b) {
    return Math.min(a, b);
  }

  public static float max(float a, float b) {
    if (Float.isNaN(a)) {
      return b;
    }
    return a > b || Float.isNaN(b) ? a : b;
  }

  public static int max(int a, int b) {
    return Math.max(a, b);
  }

  public static float abs(float a) {
    return Math.abs(a);
  }

  public static float exp(float value) {
    return (float) Math.exp(value);
  }

  public static float log(float value) {
    return (float) Math.log(value);
  }

  public static float sqrt(float value) {
    return (float) Math.sqrt(value);
  }

  public static float tanh(float value) {
    float tanh = (float) Math.tanh(value);
    return Math.abs(tanh) == 1 ? Math.copySign(BELOW_ONE, tanh) : tanh;
  }

  public static float floor(float value) {
    return (float) Math.floor(value);
  }
}
