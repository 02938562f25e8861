package uk.ac.manchester.tornado.runtime.library.spi;

import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** A library; found as a service. */
public interface TornadoLibraryProvider {

  /** The name that tasks ask for. */
  String libraryName();

  /** Whether it works on a device. */
  boolean canHandle(TornadoXPUDevice device);

  /** Makes what calls of an execution plan have in common. */
  LibraryContext createContext(TornadoXPUDevice device, long executionPlanId);

  /** Calls a function. */
  void dispatch(String functionName, LibraryInvocation invocation);

  /** Lets go of what {@link #createContext} made. */
  void destroyContext(LibraryContext context);
}
