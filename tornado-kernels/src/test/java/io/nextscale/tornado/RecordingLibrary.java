package io.nextscale.tornado;

import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryContext;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryInvocation;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoLibraryProvider;

/** A library of the tests that computes nothing and remembers what it is told. */
public final class RecordingLibrary implements TornadoLibraryProvider {

  static final List<Call> CALLS = new ArrayList<>();

  /** One call: the function, the number, the first element of args on the host, addresses. */
  record Call(String function, int number, int first, boolean array, long args, long memory) {}

  private record Nothing() implements LibraryContext {}

  /** For {@link java.util.ServiceLoader}. */
  public RecordingLibrary() {}

  static LibraryTaskDescriptor task(
      String id, Integer number, IntArray args, FloatArray memory, Float unused, Integer last) {
    return new LibraryTaskDescriptor()
        .withLibrary("io.nextscale/recording")
        .withFunction(id)
        .withParameters(new Object[] {number, args, memory})
        .withAccess(new Access[] {Access.READ_ONLY, Access.READ_ONLY, Access.READ_WRITE});
  }

  @Override
  public String libraryName() {
    return "io.nextscale/recording";
  }

  @Override
  public boolean canHandle(TornadoXPUDevice device) {
    return true;
  }

  @Override
  public LibraryContext createContext(TornadoXPUDevice device, long executionPlanId) {
    return new Nothing();
  }

  @Override
  public void dispatch(String functionName, LibraryInvocation call) {
    CALLS.add(
        new Call(
            functionName,
            (int) call.getArg(0),
            ((IntArray) call.getArg(1)).get(0),
            call.isReference(1) && !call.isReference(0),
            call.getDevicePointer(1),
            call.getDevicePointer(2)));
    if (functionName.equals("fails")) {
      throw new IllegalStateException("task fails: as it was told");
    }
  }

  @Override
  public void destroyContext(LibraryContext context) {}
}
