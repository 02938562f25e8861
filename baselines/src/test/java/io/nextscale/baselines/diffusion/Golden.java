package io.nextscale.baselines.diffusion;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** What the reference code computed; see {@code golden/README.md}. */
record Golden(TensorFile file) implements AutoCloseable {

  static final DitConfig CONFIG = new DitConfig(8, 4, 2, 2, 24, 3, 10, true, null);

  static Golden open() throws IOException {
    try {
      return new Golden(
          TensorFile.open(Path.of(Golden.class.getResource("/golden/dit.safetensors").toURI())));
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  /** The network that it was computed with. */
  Dit model(Loading how) throws IOException {
    return Dit.load(Checkpoint.of(file).under("model."), CONFIG, how);
  }

  Tensor load(String name) throws IOException {
    return file.load(name);
  }

  /** (B,C,h,w) as (B,h,w,C). */
  Tensor map(String name) throws IOException {
    return load(name).permute(0, 2, 3, 1);
  }

  int[] integers(String name) throws IOException {
    float[] values = load(name).toArray();
    int[] integers = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      integers[i] = (int) values[i];
    }
    return integers;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
