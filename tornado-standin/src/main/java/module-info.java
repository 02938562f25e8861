/**
 * Plays the part of the TornadoVM API that {@code tornado-kernels} uses, on the plain JVM. What
 * libraries implement, and the part of cuBLAS that is called, are in modules of their own there.
 *
 * <p>Names and descriptors are those of TornadoVM 5.2.0-jdk25, so that what is compiled against
 * this module runs on the real one; the code is our own. It is a build's tool and never shipped.
 */
module tornado.api {
  uses uk.ac.manchester.tornado.runtime.library.spi.TornadoLibraryProvider;

  provides uk.ac.manchester.tornado.runtime.library.spi.TornadoLibraryProvider with
      uk.ac.manchester.tornado.cublas.provider.CuBlasLibraryProvider;

  exports uk.ac.manchester.tornado.api;
  exports uk.ac.manchester.tornado.api.common;
  exports uk.ac.manchester.tornado.api.enums;
  exports uk.ac.manchester.tornado.api.exceptions;
  exports uk.ac.manchester.tornado.api.math;
  exports uk.ac.manchester.tornado.api.runtime;
  exports uk.ac.manchester.tornado.api.types.arrays;
  exports uk.ac.manchester.tornado.cublas;
  exports uk.ac.manchester.tornado.cublas.enums;
  exports uk.ac.manchester.tornado.runtime.common;
  exports uk.ac.manchester.tornado.runtime.library;
  exports uk.ac.manchester.tornado.runtime.library.spi;
}
