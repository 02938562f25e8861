package io.nextscale.tensor.op;

import io.nextscale.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;

/** A checksum of every sample's result, here or in another virtual machine. */
final class OpBits {

  private OpBits() {}

  /** Prints the checksums of this virtual machine. */
  public static void main(String[] args) {
    digests().forEach(System.out::println);
  }

  /** One line per sample: its checksum and what it is. */
  static List<String> digests() {
    List<String> lines = new ArrayList<>();
    for (Sample sample : OpSamples.samples()) {
      CRC32 crc = new CRC32();
      for (int bits : OpContractTest.bitsOnCpu(sample)) {
        for (int shift = 0; shift < 32; shift += 8) {
          crc.update(bits >>> shift);
        }
      }
      lines.add("%08x %s".formatted(crc.getValue(), sample));
    }
    return lines;
  }

  /** The lines of a virtual machine with vectors of a given width. */
  static List<String> digestsWith(String width) {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "-Dio.nextscale.vector=" + width,
            "-Dstdout.encoding=UTF-8",
            "-cp",
            classPath(),
            OpBits.class.getName());
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      byte[] out = process.getInputStream().readAllBytes();
      if (process.waitFor() != 0) {
        throw new AssertionError(command + " ended with " + process.exitValue());
      }
      return new String(out, StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** All that this machine runs from, whether as modules or not. */
  private static String classPath() {
    Set<String> roots = new LinkedHashSet<>(List.of(root(OpBits.class), root(Tensor.class)));
    for (String property : List.of("jdk.module.path", "java.class.path")) {
      String paths = System.getProperty(property, "");
      roots.addAll(List.of(paths.split(File.pathSeparator)));
    }
    return String.join(File.pathSeparator, roots);
  }

  private static String root(Class<?> type) {
    String file = type.getName().replace('.', '/') + ".class";
    String url = type.getResource("/" + file).toString();
    if (url.startsWith("jar:")) {
      return Path.of(URI.create(url.substring(4, url.indexOf("!/")))).toString();
    }
    return Path.of(URI.create(url.substring(0, url.length() - file.length()))).toString();
  }
}
