package io.nextscale.var;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Initializer;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.Arrays;

/**
 * The first values of a transformer: weights and embeddings normal with deviation {@code
 * √(1/(3C))}, biases zero, then some of them scaled down so that blocks start near the identity.
 * What captions bring along follows the same rules, with Ct for C where it reads Ct channels.
 *
 * <p>Source: FoundationVision/VAR models/var.py, init_weights @78b9539.
 *
 * @param scaleAndShift factor of the conditions of scales and shifts
 * @param gates factor of the conditions of gates
 * @param head factor of the weights of the head
 */
public record VarInitialization(double scaleAndShift, double gates, double head) {

  /** The reference cuts its normal values at ±2, more than a hundred deviations away. */
  private static final double LIMIT = 2;

  /** The factors of the published models. */
  public static VarInitialization published() {
    return new VarInitialization(0.5, 1e-5, 0.02);
  }

  /** The values, drawn when asked for. */
  public Checkpoint checkpoint(VarConfig config, RandomStream random) {
    Parameters parameters = Var.declared(config).parameters();
    Initializer rule = (member, own) -> initial(config, member.name(), member.shape(), own);
    return Checkpoint.initial(parameters, rule, random);
  }

  private Tensor initial(VarConfig config, String name, Shape shape, RandomStream random) {
    if (name.endsWith("scale_mul_1H11")) {
      return Tensor.full(shape, (float) StrictMath.log(4));
    }
    if (name.endsWith("bias")) {
      return Tensor.zeros(shape);
    }
    if (shape.rank() == 1) { // of a norm
      return Tensor.ones(shape);
    }
    if (name.endsWith("ada_gss")) {
      Tensor values = Tensor.normal(shape, 0, (float) Math.sqrt(1.0 / config.width()), random);
      return scaledRows(values, shape.size(3, 4) * 2);
    }
    TextConfig text = config.text();
    boolean readsText = name.startsWith("text.") || name.endsWith("mat_kv.weight");
    int width = text != null && readsText ? text.width() : config.width();
    int depth = text != null && readsText ? text.depth() : config.depth();
    double std = Math.sqrt(1.0 / (3 * width));
    Tensor values = Initializer.truncatedNormal(shape, std, LIMIT, random);
    if (name.startsWith("blocks.") && name.endsWith("ada_lin.1.weight")) {
      return scaledRows(values, 2 * config.width() * shape.dim(1));
    }
    if (name.equals("head_nm.ada_lin.1.weight")) {
      return values.times((float) scaleAndShift);
    }
    if (name.equals("head.weight")) {
      return values.times((float) head);
    }
    if (name.endsWith("attn.proj.weight")
        || name.endsWith("cross.proj.weight")
        || name.endsWith("ffn.fc2.weight")) {
      return values.times((float) (1 / Math.sqrt(2.0 * depth)));
    }
    return values;
  }

  /** The first values, which make gates, by one factor, the others by the other. */
  private Tensor scaledRows(Tensor tensor, int ofGates) {
    float[] values = tensor.toArray();
    float[] factors = new float[values.length];
    Arrays.fill(factors, 0, ofGates, (float) gates);
    Arrays.fill(factors, ofGates, values.length, (float) scaleAndShift);
    for (int i = 0; i < values.length; i++) {
      values[i] *= factors[i];
    }
    return Tensor.of(tensor.shape(), values);
  }
}
