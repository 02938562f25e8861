package io.nextscale.tornado;

import io.nextscale.tensor.DType;
import io.nextscale.tornado.kernels.Storage;

/**
 * Products by cuBLAS. Operands that are stored otherwise are converted before, and what a linear
 * layer does with its sums is done after, in place: passes over n² elements beside n³ products.
 */
record LibraryProducts(Precision precision) implements Products {

  @Override
  public String describe() {
    return "products by cuBLAS in " + Products.lower(precision);
  }

  @Override
  public void run(Call call, Product product) {
    if (product.size() == 0 || product.k() == 0) {
      new OwnProducts("").run(call, product); // sums of nothing, which the library refuses
      return;
    }
    int size = product.size();
    int sums = product.to();
    if (precision == Precision.BF16) {
      sums = call.scratch(DType.BF16, size).at();
    }
    Product.Right right = product.right();
    call.run(
        Kernel.LIBRARY_PRODUCT,
        1,
        precision.ordinal(),
        product.batches(),
        product.m(),
        product.n(),
        product.k(),
        operand(call, Storage.F32, product.left().at(), product.leftSize()),
        product.left().transposed() ? 1 : 0,
        operand(call, right.format(), right.at(), product.rightSize()),
        right.transposed() ? 1 : 0,
        right.shared() ? 1 : 0,
        sums);
    if (precision == Precision.BF16) {
      widen(call, Storage.BF16, sums, product.to(), size);
    }
    if (product.hasTail()) {
      call.runEach(Kernel.FINISH, size, product.args());
    }
  }

  /** Where an operand is when it is stored as the library takes it; bytes without their factors. */
  private int operand(Call call, int format, int at, int size) {
    if (format == precision.format) {
      return at;
    }
    int floats = at;
    if (format != Storage.F32) {
      floats = call.scratch(DType.F32, size).at();
      widen(call, format, at, floats, size);
    }
    if (precision.format == Storage.F32) {
      return floats;
    }
    int to = call.scratch(DType.BF16, size).at(); // or F16, which is as long
    StorageDispatch.narrow(call, precision.format, floats, to, size);
    return to;
  }

  private static void widen(Call call, int format, int from, int to, int size) {
    StorageDispatch.widen(call, format, from, DeviceBuffer.ABSENT, to, size, 1);
  }
}
