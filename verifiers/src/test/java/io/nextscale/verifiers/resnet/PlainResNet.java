package io.nextscale.verifiers.resnet;

import java.util.Map;

/**
 * The residual network again, from the names and arrays of a checkpoint, as loops over maps
 * [channel][row][column] in double precision. Nothing of the library computes here.
 *
 * @param weights by name, {@code layer2.0.conv1.weight}, row-major
 * @param blocks in each stage
 */
record PlainResNet(Map<String, float[]> weights, int blocks) {

  private static final double EPS = 1e-5;

  /** The logits of one picture. */
  double[] logits(double[][][] x) {
    double[][][] y = x;
    y = convolution("conv1", y, 1);
    normalise("bn1", y);
    rectify(y);
    for (int stage = 1; stage <= 3; stage++) {
      for (int i = 0; i < blocks; i++) {
        y = block("layer" + stage + "." + i + ".", y, stage > 1 && i == 0 ? 2 : 1);
      }
    }
    float[] w = weights.get("linear.weight");
    float[] b = weights.get("linear.bias");
    double[] logits = new double[b.length];
    for (int k = 0; k < b.length; k++) {
      logits[k] = b[k];
      for (int c = 0; c < y.length; c++) {
        logits[k] += w[k * y.length + c] * mean(y[c]);
      }
    }
    return logits;
  }

  private double[][][] block(String name, double[][][] x, int stride) {
    double[][][] y = convolution(name + "conv1", x, stride);
    normalise(name + "bn1", y);
    rectify(y);
    y = convolution(name + "conv2", y, 1);
    normalise(name + "bn2", y);
    int before = (y.length - x.length) / 2;
    for (int c = 0; c < x.length; c++) {
      for (int i = 0; i < y[0].length; i++) {
        for (int j = 0; j < y[0][0].length; j++) {
          y[before + c][i][j] += x[c][stride * i][stride * j];
        }
      }
    }
    rectify(y);
    return y;
  }

  /** 3 x 3, one ring of zeros around x. */
  private double[][][] convolution(String name, double[][][] x, int stride) {
    float[] w = weights.get(name + ".weight");
    int inputs = x.length;
    int outputs = w.length / (9 * inputs);
    int height = x[0].length;
    int width = x[0][0].length;
    double[][][] y = new double[outputs][(height - 1) / stride + 1][(width - 1) / stride + 1];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < y[o].length; i++) {
        for (int j = 0; j < y[o][i].length; j++) {
          double sum = 0;
          for (int c = 0; c < inputs; c++) {
            for (int u = 0; u < 3; u++) {
              for (int v = 0; v < 3; v++) {
                int row = i * stride + u - 1;
                int column = j * stride + v - 1;
                if (row >= 0 && row < height && column >= 0 && column < width) {
                  sum += x[c][row][column] * w[((o * inputs + c) * 3 + u) * 3 + v];
                }
              }
            }
          }
          y[o][i][j] = sum;
        }
      }
    }
    return y;
  }

  private void normalise(String name, double[][][] x) {
    float[] weight = weights.get(name + ".weight");
    float[] bias = weights.get(name + ".bias");
    float[] mean = weights.get(name + ".running_mean");
    float[] variance = weights.get(name + ".running_var");
    for (int c = 0; c < x.length; c++) {
      double deviation = Math.sqrt(variance[c] + EPS);
      for (double[] row : x[c]) {
        for (int j = 0; j < row.length; j++) {
          row[j] = (row[j] - mean[c]) / deviation * weight[c] + bias[c];
        }
      }
    }
  }

  private static void rectify(double[][][] x) {
    for (double[][] map : x) {
      for (double[] row : map) {
        for (int j = 0; j < row.length; j++) {
          row[j] = Math.max(row[j], 0);
        }
      }
    }
  }

  private static double mean(double[][] map) {
    double sum = 0;
    for (double[] row : map) {
      for (double v : row) {
        sum += v;
      }
    }
    return sum / (map.length * map[0].length);
  }
}
