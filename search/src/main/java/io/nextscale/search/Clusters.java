package io.nextscale.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * k-means by squared Euclidean distance, begun with points far from each other, so that nothing is
 * drawn: the first centre is the point nearest to the mean, each further one the point farthest
 * from all before (Gonzalez 1985).
 */
final class Clusters {

  private static final int ROUNDS = 20;

  private Clusters() {}

  /**
   * Of each cluster the row nearest to its centre.
   *
   * @param rows of one length
   * @param count clusters, at most as many as rows
   * @return the numbers of the rows, rising
   */
  static List<Integer> representatives(float[][] rows, int count) {
    double[][] centres = begun(rows, count);
    int[] cluster = new int[rows.length];
    for (int round = 0; round < ROUNDS; round++) {
      int[] before = cluster.clone();
      Arrays.setAll(cluster, i -> nearest(rows[i], centres));
      if (round > 0 && Arrays.equals(before, cluster)) {
        break;
      }
      for (int c = 0; c < count; c++) {
        move(centres[c], rows, cluster, c);
      }
    }
    List<Integer> nearest = new ArrayList<>();
    for (double[] centre : centres) {
      int best = -1;
      for (int i = 0; i < rows.length; i++) {
        boolean free = !nearest.contains(i);
        if (free && (best < 0 || distance(rows[i], centre) < distance(rows[best], centre))) {
          best = i;
        }
      }
      nearest.add(best);
    }
    return nearest.stream().sorted().toList();
  }

  private static double[][] begun(float[][] rows, int count) {
    double[][] centres = new double[count][rows[0].length];
    move(centres[0], rows, new int[rows.length], 0);
    double[] apart = new double[rows.length];
    Arrays.setAll(apart, i -> -distance(rows[i], centres[0]));
    for (int c = 0; c < count; c++) {
      int farthest = 0;
      for (int i = 1; i < rows.length; i++) {
        farthest = apart[i] > apart[farthest] ? i : farthest;
      }
      for (int j = 0; j < centres[c].length; j++) {
        centres[c][j] = rows[farthest][j];
      }
      for (int i = 0; i < rows.length; i++) {
        double own = distance(rows[i], centres[c]);
        apart[i] = c == 0 ? own : Math.min(apart[i], own);
      }
    }
    return centres;
  }

  /** To the mean of the rows of a cluster; a centre without any stays where it is. */
  private static void move(double[] centre, float[][] rows, int[] cluster, int own) {
    double[] sum = new double[centre.length];
    int members = 0;
    for (int i = 0; i < rows.length; i++) {
      if (cluster[i] == own) {
        members++;
        for (int j = 0; j < sum.length; j++) {
          sum[j] += rows[i][j];
        }
      }
    }
    for (int j = 0; j < sum.length && members > 0; j++) {
      centre[j] = sum[j] / members;
    }
  }

  private static int nearest(float[] row, double[][] centres) {
    int best = 0;
    for (int c = 1; c < centres.length; c++) {
      best = distance(row, centres[c]) < distance(row, centres[best]) ? c : best;
    }
    return best;
  }

  private static double distance(float[] row, double[] centre) {
    double sum = 0;
    for (int j = 0; j < row.length; j++) {
      double d = row[j] - centre[j];
      sum += d * d;
    }
    return sum;
  }
}
