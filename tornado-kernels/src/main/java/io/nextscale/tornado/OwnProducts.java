package io.nextscale.tornado;

/**
 * Products by our kernel, which does all at once.
 *
 * @param missing why there is no library where one could be expected, or empty
 */
record OwnProducts(String missing) implements Products {

  @Override
  public void run(Call call, Product product) {
    call.run(Kernel.PRODUCT, product.groups(), product.args());
  }

  @Override
  public String describe() {
    return "products by own kernels" + (missing.isEmpty() ? "" : ", without cuBLAS: " + missing);
  }
}
