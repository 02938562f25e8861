package io.nextscale.cli;

import io.nextscale.baselines.raster.RasterGenerator;
import io.nextscale.baselines.raster.RasterGenerator.Picture;
import io.nextscale.baselines.raster.RasterSampling;
import io.nextscale.baselines.raster.RasterStepwise;
import io.nextscale.search.Stepwise;
import io.nextscale.search.Strategy;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Var;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Next-token prediction.
 *
 * @param model the transformer
 * @param generator the same with its tokenizer
 * @param subjects what it can be asked for
 * @param sampling how tokens are chosen
 */
record RasterPainter(
    Var model, RasterGenerator generator, Subjects subjects, RasterSampling sampling)
    implements Painter<Picture> {

  @Override
  public ModelKind kind() {
    return ModelKind.RASTER;
  }

  @Override
  public Stepwise<Picture> of(Subject subject) {
    return new RasterStepwise(generator, subjects.condition(List.of(subject)));
  }

  @Override
  public Tensor images(List<Subject> wanted, List<Long> seeds) {
    return generator.images(subjects.condition(wanted), seeds);
  }

  @Override
  public long parameters() {
    return model.parameters().count();
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("cfg_scale", sampling.guidance());
    values.put("top_k", sampling.topK());
    values.put("top_p", sampling.topP());
    values.put("greedy", sampling.temperature() == 0);
    return values;
  }

  @Override
  public Optional<String> objection(Strategy strategy) {
    return Painter.withoutNoise(kind(), strategy);
  }
}
