package uk.ac.manchester.tornado.runtime.library.spi;

import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** A call: its arguments on the host, and where arrays are on the device. */
public final class LibraryInvocation {

  private final Object[] javaArgs;
  private final long[] devicePointers;
  private final boolean[] isReference;
  private final TornadoXPUDevice device;
  private final long executionPlanId;
  private final LibraryContext context;
  private final Object tuning;

  public LibraryInvocation(
      Object[] javaArgs,
      long[] devicePointers,
      boolean[] isReference,
      TornadoXPUDevice device,
      long executionPlanId,
      LibraryContext context,
      Object tuning) {
    this.javaArgs = javaArgs.clone();
    this.devicePointers = devicePointers.clone();
    this.isReference = isReference.clone();
    this.device = device;
    this.executionPlanId = executionPlanId;
    this.context = context;
    this.tuning = tuning;
  }

  public int getNumArgs() {
    return javaArgs.length;
  }

  /** A number, or an array as the host has it. */
  public Object getArg(int index) {
    return javaArgs[index];
  }

  /** Where the first element of an array is. */
  public long getDevicePointer(int index) {
    return devicePointers[index];
  }

  /** Whether it is an array. */
  public boolean isReference(int index) {
    return isReference[index];
  }

  public TornadoXPUDevice getDevice() {
    return device;
  }

  public long getExecutionPlanId() {
    return executionPlanId;
  }

  public LibraryContext getContext() {
    return context;
  }

  public Object getTuning() {
    return tuning;
  }
}
