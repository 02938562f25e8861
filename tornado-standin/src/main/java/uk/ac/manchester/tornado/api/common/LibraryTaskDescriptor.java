package uk.ac.manchester.tornado.api.common;

/** A function of a library with its arguments. */
public class LibraryTaskDescriptor {

  private String libraryName;
  private String functionName;
  private Object[] parameters;
  private Access[] access;
  private Object tuning;

  /** The name that the library's provider goes by. */
  public LibraryTaskDescriptor withLibrary(String libraryName) {
    this.libraryName = libraryName;
    return this;
  }

  /** The function, as the provider knows it. */
  public LibraryTaskDescriptor withFunction(String functionName) {
    this.functionName = functionName;
    return this;
  }

  /** Arrays and numbers; the latter stay what they are now. */
  public LibraryTaskDescriptor withParameters(Object[] parameters) {
    this.parameters = parameters;
    return this;
  }

  /** What is done with each of them. */
  public LibraryTaskDescriptor withAccess(Access[] access) {
    this.access = access;
    return this;
  }

  /** What only the provider understands. */
  public LibraryTaskDescriptor withTuning(Object tuning) {
    this.tuning = tuning;
    return this;
  }

  public String getLibraryName() {
    return libraryName;
  }

  public String getFunctionName() {
    return functionName;
  }

  public Object[] getParameters() {
    return parameters;
  }

  public Access[] getAccess() {
    return access;
  }

  public Object getTuning() {
    return tuning;
  }
}
