package io.nextscale.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.ElementType;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParametersTest {

  record Block(Linear fc, @Nullable Linear extra, @Name("ada_lin.1") Linear condition) {}

  record Inlined(@Name("") List<GroupNorm> norms) {}

  record Model(
      @Name("pos_1LC") Parameter positions,
      Constant mask,
      Constant levels,
      List<Block> blocks,
      Inlined inlined,
      @Buffer Parameter count,
      int depth,
      String title) {

    static Model declared() {
      return new Model(
          Parameter.declared(Shape.of(1, 3, 2)),
          Constant.zeros(Shape.of(2)),
          new Constant(Shape.of(3), DType.I32, () -> Tensor.ofInts(Shape.of(3), 0, 1, 1)),
          List.of(
              new Block(Linear.declared(2, 3, true), null, Linear.declared(2, 2, false)),
              new Block(
                  Linear.declared(3, 2, true),
                  Linear.declared(2, 2, true),
                  Linear.declared(2, 2, false))),
          new Inlined(List.of(GroupNorm.declared(2, 1, 1e-6f))),
          Parameter.declared(Shape.of(2)),
          2,
          "a model");
    }
  }

  private static final Initializer NORMAL =
      (member, random) -> Tensor.normal(member.shape(), 0, 1, random);

  private static Map<String, Tensor> values(Model model) throws IOException {
    Checkpoint initial =
        Checkpoint.initial(Parameters.of(model), NORMAL, RandomStream.of(20250403));
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (String name : initial.names()) {
      values.put(name, initial.tensor(name));
    }
    return values;
  }

  @Test
  void namesFollowTheRecordTree() {
    assertThat(Parameters.of(Model.declared()).shapes().keySet())
        .containsExactly(
            "pos_1LC",
            "mask",
            "levels",
            "blocks.0.fc.weight",
            "blocks.0.fc.bias",
            "blocks.0.ada_lin.1.weight",
            "blocks.1.fc.weight",
            "blocks.1.fc.bias",
            "blocks.1.extra.weight",
            "blocks.1.extra.bias",
            "blocks.1.ada_lin.1.weight",
            "inlined.0.weight",
            "inlined.0.bias",
            "count");
  }

  @Test
  void constantsAndBuffersAreNotTrained() {
    Parameters parameters = Parameters.of(Model.declared());

    assertThat(parameters.trained().keySet()).doesNotContain("mask", "levels", "count");
    assertThat(parameters.trained()).hasSize(11);
    assertThat(parameters.count()).isEqualTo(6 + 9 + 4 + 8 + 6 + 4 + 4);
  }

  @Test
  void aNameThatComesTwiceIsRefused() {
    record Twins(@Name("a") Parameter one, @Name("a") Parameter other) {}
    Parameter parameter = Parameter.declared(Shape.of(1));

    assertThatThrownBy(() -> Parameters.of(new Twins(parameter, parameter)))
        .hasMessage("parameters: each name once; got a twice — use @Name");
  }

  @Test
  void aParameterThatWasNeverLoadedSaysSo() {
    Linear layer = Linear.declared(2, 3, true);

    assertThatThrownBy(() -> layer.forward(Tensor.zeros(Shape.of(1, 2))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("parameter (3, 2): a value; got none — load or initialise the model first");
  }

  @Test
  void loadingReportsEverythingThatDoesNotFitAtOnce() throws IOException {
    Model model = Model.declared();
    Map<String, Tensor> values = values(model);
    values.remove("blocks.0.fc.bias");
    values.remove("inlined.0.weight");
    values.put("head.b", Tensor.zeros(Shape.of(1)));
    values.put("pos_1LC", Tensor.zeros(Shape.of(1, 4, 2)));

    assertThatThrownBy(() ->
            Parameters.of(model).load(Checkpoint.of("small.pth", values), Loading.forTraining()))
        .isInstanceOf(FileFormatException.class)
        .hasMessage(
            "load small.pth: 2 missing (blocks.0.fc.bias (3), inlined.0.weight (2)), 1 unexpected"
                + " (head.b), 1 misshaped (pos_1LC (1, 3, 2), file has (1, 4, 2))");
    assertThat(model.positions().isSet()).as("nothing is loaded").isFalse();
  }

  @Test
  void longListsOfNamesAreCut() {
    Parameters parameters = Parameters.of(Model.declared());

    assertThatThrownBy(
            () -> parameters.load(Checkpoint.of("empty", Map.of()), Loading.forTraining()))
        .hasMessageContaining("12 missing (pos_1LC (1, 3, 2), blocks.0.fc.weight (3, 2), ")
        .hasMessageEndingWith(", …)");
  }

  @Test
  void constantsMayBeMissingButNotDifferent() throws IOException {
    Map<String, Tensor> values = values(Model.declared());
    values.remove("mask");
    Model model = Model.declared();
    Parameters.of(model).load(Checkpoint.of("m", values), Loading.forTraining());
    assertThat(model.positions().peek()).isSameAs(values.get("pos_1LC"));

    values.put("levels", Tensor.ofInts(Shape.of(3), 0, 1, 2));
    assertThatThrownBy(
            () -> Parameters.of(model).load(Checkpoint.of("m", values), Loading.forTraining()))
        .hasMessage(
            "load m: levels (3) as the configuration gives it; got other values"
                + " — check the patch numbers");
  }

  @Test
  void onlyWeightsAreStoredSmall() throws IOException {
    Map<String, Tensor> values = values(Model.declared());
    Model model = Model.declared();
    Parameters.of(model)
        .load(Checkpoint.of("m", values), Loading.forTraining().weights(DType.BF16));

    assertThat(model.blocks().get(0).fc().weight().peek().dtype()).isEqualTo(DType.BF16);
    assertThat(model.blocks().get(0).fc().bias().peek().dtype()).isEqualTo(DType.F32);
    assertThat(model.positions().peek().dtype()).isEqualTo(DType.F32);
  }

  @Test
  void aHalfPrecisionFileKeepsItsWeightsAndWidensTheRest() throws IOException {
    Map<String, Tensor> values = values(Model.declared());
    values.replaceAll((name, t) -> t.dtype() == DType.F32 ? t.to(DType.F16) : t);
    Model model = Model.declared();
    Parameters.of(model).load(Checkpoint.of("m", values), Loading.forInference());

    assertThat(model.blocks().get(0).fc().weight().peek().dtype()).isEqualTo(DType.F16);
    assertThat(model.positions().peek().dtype()).isEqualTo(DType.F32);
    assertThat(model.positions().peek().toArray()).containsExactly(values.get("pos_1LC").toArray());
  }

  @Test
  void keptNamesAreNotRead() throws IOException {
    Map<String, Tensor> values = values(Model.declared());
    values.put("count", Tensor.zeros(Shape.of(7)));
    Model model = Model.declared();
    Tensor own = Tensor.of(Shape.of(2), 5, 6);
    model.count().set(own);

    Parameters.of(model).load(Checkpoint.of("m", values), Loading.forTraining().keeping("count"));

    assertThat(model.count().peek()).isSameAs(own);
  }

  @Test
  void initialValuesDependOnSeedAndNameOnly() throws IOException {
    Parameters parameters = Parameters.of(Model.declared());
    Checkpoint first = Checkpoint.initial(parameters, NORMAL, RandomStream.of(1));
    Checkpoint again = Checkpoint.initial(parameters, NORMAL, RandomStream.of(1));
    Checkpoint other = Checkpoint.initial(parameters, NORMAL, RandomStream.of(2));
    float[] bias = first.tensor("blocks.1.fc.bias").toArray();
    again.tensor("pos_1LC"); // drawing another one before changes nothing

    assertThat(again.tensor("blocks.1.fc.bias").toArray()).containsExactly(bias);
    assertThat(other.tensor("blocks.1.fc.bias").toArray()).isNotEqualTo(bias);
    assertThat(first.tensor("levels").toInts()).containsExactly(0, 1, 1);
  }

  @Test
  void savingAndLoadingGivesTheSameModel(@TempDir Path folder) throws IOException {
    Model model = Model.declared();
    Parameters parameters = Parameters.of(model);
    parameters.load(Checkpoint.of("m", values(model)), Loading.forInference());
    Path file = folder.resolve("model.safetensors");

    parameters.save(file, parameters.checkpoint("model"), DType.BF16, Map.of("format", "pt"));

    Model again = Model.declared();
    try (TensorFile open = TensorFile.open(file)) {
      assertThat(open.metadata()).containsEntry("format", "pt");
      assertThat(open.entries().get("levels").type()).isEqualTo(ElementType.I64);
      assertThat(open.entries().get("blocks.1.extra.weight").type()).isEqualTo(ElementType.BF16);
      assertThat(open.entries().get("blocks.1.extra.bias").type()).isEqualTo(ElementType.F32);
      Parameters.of(again).load(Checkpoint.of(open), Loading.forTraining());
    }
    assertThat(again.positions().peek().toArray())
        .containsExactly(model.positions().peek().toArray());
    assertThat(again.blocks().get(1).fc().weight().peek().toArray())
        .containsExactly(model.blocks().get(1).fc().weight().peek().to(DType.BF16).toArray());
  }

  @Test
  void aModelIsFoundWhereverItIsNested() throws IOException {
    Map<String, Tensor> values = values(Model.declared());
    Map<String, Tensor> nested = new LinkedHashMap<>();
    nested.put("trainer.optimizer.step", Tensor.scalar(3));
    values.forEach((name, t) -> nested.put("trainer.var_wo_ddp." + name, t));
    Checkpoint file = Checkpoint.of("last.pth", nested);

    Checkpoint part = file.holding("blocks.0.fc.weight");

    assertThat(part.names()).containsExactlyElementsOf(values.keySet());
    assertThat(part.tensor("pos_1LC")).isSameAs(values.get("pos_1LC"));
    assertThatThrownBy(() -> file.holding("quantize.embedding.weight"))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith(
            "read last.pth: a tensor quantize.embedding.weight; got 15 tensors");
    nested.put("ema.blocks.0.fc.weight", Tensor.zeros(Shape.of(3, 2)));
    assertThatThrownBy(() -> Checkpoint.of("two.pth", nested).holding("blocks.0.fc.weight"))
        .hasMessageContaining("several, under [trainer.var_wo_ddp., ema.]");
  }

  @Test
  void anUnknownTensorIsRefusedByName() {
    Checkpoint checkpoint = Checkpoint.of("m", Map.of("a", Tensor.scalar(1)));

    assertThatThrownBy(() -> checkpoint.tensor("b"))
        .hasMessage("m: the name of a tensor; got b (a, …)");
  }
}
