package uk.ac.manchester.tornado.api.common;

/** The types of kernels and of calls of libraries, by their number of arguments. */
public final class TornadoFunctions {

  private TornadoFunctions() {}

  /** A task of 1 argument. */
  @FunctionalInterface
  public interface Task1<T1> {
    void apply(T1 arg1);
  }

  /** A task of 2 arguments. */
  @FunctionalInterface
  public interface Task2<T1, T2> {
    void apply(T1 arg1, T2 arg2);
  }

  /** A task of 3 arguments. */
  @FunctionalInterface
  public interface Task3<T1, T2, T3> {
    void apply(T1 arg1, T2 arg2, T3 arg3);
  }

  /** A task of 4 arguments. */
  @FunctionalInterface
  public interface Task4<T1, T2, T3, T4> {
    void apply(T1 arg1, T2 arg2, T3 arg3, T4 arg4);
  }

  /** A task of 5 arguments. */
  @FunctionalInterface
  public interface Task5<T1, T2, T3, T4, T5> {
    void apply(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5);
  }

  /** A task of 6 arguments. */
  @FunctionalInterface
  public interface Task6<T1, T2, T3, T4, T5, T6> {
    void apply(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6);
  }

  /** What makes a call of a library of 6 arguments. */
  @FunctionalInterface
  public interface LibraryTask6<T1, T2, T3, T4, T5, T6> {
    LibraryTaskDescriptor apply(T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5, T6 arg6);
  }
}
