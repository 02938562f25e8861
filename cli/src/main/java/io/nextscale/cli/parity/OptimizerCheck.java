package io.nextscale.cli.parity;

import io.nextscale.nn.AdamW;
import io.nextscale.nn.GradientClip;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Steps of AdamW with given gradients, clipped by their common norm: parameters {@code p1}, {@code
 * p2} …, of which those with a {@code wd_} of 0 are not decayed.
 */
final class OptimizerCheck implements Check {

  private static final String FILE = "ops/adamw_clip.safetensors";

  @Override
  public String name() {
    return "AdamW and gradient clipping";
  }

  @Override
  public boolean reads(String path) {
    return path.equals(FILE);
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    List<OpCase> cases = OpCase.read(golden, FILE);
    OpCase start = cases.getFirst();
    SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();
    List<Parameter> decayed = new ArrayList<>();
    double decay = 0;
    for (String name : start.names("in")) {
      Parameter parameter = new Parameter(start.golden("in." + name).tensor());
      parameters.put(name.substring(1), parameter); // p1 -> 1
      double own = start.number("wd_" + name);
      if (own != 0) {
        decayed.add(parameter);
        decay = own;
      }
    }
    String[] betas = start.text("betas").split(",", -1);
    AdamW optimizer =
        new AdamW(
            decayed,
            GoldenFolder.number(FILE, betas[0]),
            GoldenFolder.number(FILE, betas[betas.length - 1]),
            start.number("eps"));
    for (OpCase step : cases.subList(1, cases.size())) {
      try (Comparison comparison = findings.of(FILE, step.name())) {
        step(step, parameters, optimizer, decay, comparison);
      }
      step.reportRest(findings);
    }
    try (Comparison comparison = findings.of(FILE, "moments")) {
      moments(start, parameters, optimizer, comparison);
    }
    start.reportRest(findings);
  }

  private static void step(
      OpCase op,
      Map<String, Parameter> parameters,
      AdamW optimizer,
      double decay,
      Comparison comparison)
      throws FileFormatException {
    SequencedMap<Parameter, Tensor> gradients = new LinkedHashMap<>();
    for (Map.Entry<String, Parameter> parameter : parameters.entrySet()) {
      gradients.put(parameter.getValue(), op.golden("in.g" + parameter.getKey()).tensor());
    }
    GradientClip clipped = GradientClip.byNorm(gradients, op.number("clip"));
    optimizer.step(clipped.gradients(), op.number("lr"), decay);
    op.result(comparison, "total_norm", Tensor.of(Shape.of(), (float) clipped.norm()));
    for (Map.Entry<String, Parameter> parameter : parameters.entrySet()) {
      String number = parameter.getKey();
      Tensor gradient = clipped.gradients().get(parameter.getValue());
      if (gradient != null && op.has("out.g" + number + "_clipped")) {
        op.result(comparison, "g" + number + "_clipped", gradient);
      }
      op.result(comparison, "p" + number, parameter.getValue().peek());
    }
  }

  private static void moments(
      OpCase op, Map<String, Parameter> parameters, AdamW optimizer, Comparison comparison)
      throws FileFormatException {
    for (Map.Entry<String, Parameter> parameter : parameters.entrySet()) {
      AdamW.Moments moments = optimizer.moments(parameter.getValue());
      String number = parameter.getKey();
      if (moments != null && op.has("out.exp_avg" + number)) {
        op.result(comparison, "exp_avg" + number, moments.m());
      }
      if (moments != null && op.has("out.exp_avg_sq" + number)) {
        op.result(comparison, "exp_avg_sq" + number, moments.v());
      }
    }
  }
}
