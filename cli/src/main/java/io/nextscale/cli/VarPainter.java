package io.nextscale.cli;

import io.nextscale.search.Stepwise;
import io.nextscale.search.Strategy;
import io.nextscale.search.VarStepwise;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Branching;
import io.nextscale.var.Branching.Branch;
import io.nextscale.var.Edit;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Next-scale prediction.
 *
 * @param generator the transformer and its tokenizer
 * @param subjects what it can be asked for
 * @param options how tokens are chosen
 */
record VarPainter(Generator generator, Subjects subjects, GenerationOptions options)
    implements Painter<Branch> {

  @Override
  public ModelKind kind() {
    return ModelKind.NEXT_SCALE;
  }

  private Generation request(List<Subject> wanted, List<Long> seeds) {
    return options.request(subjects.condition(wanted), seeds);
  }

  @Override
  public Stepwise<Branch> of(Subject subject) {
    Generation settings = request(List.of(subject), List.of(0L)).smooth(false);
    return new VarStepwise(new Branching(generator, settings), settings.condition());
  }

  @Override
  public Tensor images(List<Subject> wanted, List<Long> seeds) {
    return generator.generate(request(wanted, seeds)).images();
  }

  /**
   * Pictures whose first grids are those of others.
   *
   * @param others in [-1, 1], (B,h,w,3)
   * @param grids how many
   */
  Tensor images(List<Subject> wanted, List<Long> seeds, Tensor others, int grids) {
    Edit edit = Edit.firstGrids(generator.vae().tokenize(others), grids);
    return generator.generate(request(wanted, seeds).editing(edit)).images();
  }

  @Override
  public long parameters() {
    return generator.model().parameters().count();
  }

  @Override
  public Map<String, Object> settings() {
    return GenerationOptions.describe(options.request(subjects.nothing(), List.of(0L)));
  }

  @Override
  public Optional<String> objection(Strategy strategy) {
    return Painter.withoutNoise(kind(), strategy);
  }
}
