package io.nextscale.cli.parity;

import io.nextscale.image.Crop;
import io.nextscale.image.ImageFile;
import io.nextscale.image.Resample;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.io.IOException;

/**
 * From a file to the input of the tokenizer, and from its output to a picture.
 *
 * <p>For each {@code preprocess/<x>.png}: the shorter edge resized with Pillow's Lanczos filter
 * ({@code <x>_resized_u8}), the middle cut out ({@code <x>_crop_u8}), both byte for byte, and
 * scaled to [−1, 1] ({@code <x>_tensor}); the sizes are in the descriptions. {@code post_in} is a
 * decoder output, {@code post_u8_demo} its bytes {@code ⌊255 (x + 1) / 2⌋}.
 */
final class PreprocessingCheck implements Check {

  private static final String FOLDER = "preprocess/";

  @Override
  public String name() {
    return "preprocessing";
  }

  @Override
  public boolean reads(String path) {
    return path.startsWith(FOLDER);
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    for (String path : golden.files()) {
      if (path.startsWith(FOLDER) && path.endsWith(".png")) {
        image(golden, findings, path);
      }
    }
    decoded(golden, findings);
  }

  private static void image(GoldenFolder golden, Findings findings, String path)
      throws IOException {
    String stem = path.substring(0, path.length() - ".png".length());
    String resizedFile = stem + "_resized_u8.npy";
    String cropFile = stem + "_crop_u8.npy";
    RgbImage image = ImageFile.read(golden.locate(path));
    findings.input(path);
    int edge = size(golden, resizedFile, "Resize\\((\\d+)");
    RgbImage resized = Resample.shorterEdge(image, edge, Resample.Filter.LANCZOS);
    findings.tensor(resizedFile, bytes(resized));
    RgbImage crop = Crop.centre(resized, size(golden, cropFile, "CenterCrop\\((\\d+)"));
    findings.tensor(cropFile, bytes(crop));
    Shape shape = Shape.of(crop.height(), crop.width(), 3);
    Tensor values = Tensor.of(shape, crop.toFloats());
    findings.tensor(stem + "_tensor.npy", values.permute(2, 0, 1)); // (h,w,3) -> (3,h,w)
  }

  private static int size(GoldenFolder golden, String file, String pattern) throws IOException {
    return Integer.parseInt(golden.describe(file).find(pattern, "a size in brackets"));
  }

  private static void decoded(GoldenFolder golden, Findings findings) throws IOException {
    String input = FOLDER + "post_in.npy";
    String output = FOLDER + "post_u8_demo.npy";
    if (!golden.has(input)) {
      return;
    }
    Tensor values = golden.array(input).tensor().permute(1, 2, 0); // (3,h,w) -> (h,w,3)
    findings.input(input);
    int height = values.shape().dim(0);
    int width = values.shape().dim(1);
    findings.tensor(output, bytes(RgbImage.fromFloats(values.toArray(), height, width)));
  }

  private static Tensor bytes(RgbImage image) {
    byte[] rgb = image.toBytes();
    int[] values = new int[rgb.length];
    for (int i = 0; i < rgb.length; i++) {
      values[i] = rgb[i] & 0xff;
    }
    return Tensor.ofInts(Shape.of(image.height(), image.width(), 3), values);
  }
}
