package uk.ac.manchester.tornado.api;

import io.nextscale.standin.Addresses;
import java.util.Map;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;
import uk.ac.manchester.tornado.runtime.library.LibraryRegistry;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryContext;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryInvocation;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoLibraryProvider;

/**
 * A call of a library. It is told the numbers of when the task was added, the arrays of the host as
 * they are now, and where those of the device are.
 */
final class LibraryTask extends GraphTask {

  private final LibraryTaskDescriptor descriptor;

  LibraryTask(String graph, String id, LibraryTaskDescriptor descriptor) {
    super(graph, id, descriptor.getParameters());
    this.descriptor = descriptor;
    int accesses = descriptor.getAccess() == null ? 0 : descriptor.getAccess().length;
    if (accesses != arguments.length) {
      throw new TornadoRuntimeException(
          "task "
              + name()
              + ": an access for each of "
              + arguments.length
              + " arguments; got "
              + accesses);
    }
  }

  @Override
  void run(Map<TornadoNativeArray, TornadoNativeArray> onDevice, TornadoExecutionPlan plan) {
    TornadoXPUDevice device = plan.device();
    TornadoLibraryProvider library =
        LibraryRegistry.findProvider(descriptor.getLibraryName(), device);
    LibraryContext context = LibraryRegistry.getOrCreateContext(library, device, plan.id());
    long[] pointers = new long[arguments.length];
    boolean[] references = new boolean[arguments.length];
    try (Addresses addresses = new Addresses()) {
      for (int i = 0; i < pointers.length; i++) {
        if (arguments[i] instanceof TornadoNativeArray array) {
          references[i] = true;
          pointers[i] = addresses.give(onDevice.get(array).getSegment());
        }
      }
      library.dispatch(
          descriptor.getFunctionName(),
          new LibraryInvocation(
              arguments, pointers, references, device, plan.id(), context, descriptor.getTuning()));
    }
  }
}
