package uk.ac.manchester.tornado.runtime.library;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryContext;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoLibraryProvider;

/** The providers that were found, and what they keep for each plan. */
public final class LibraryRegistry {

  private static final Map<Key, Kept> CONTEXTS = new ConcurrentHashMap<>();

  private LibraryRegistry() {}

  private record Key(String library, TornadoXPUDevice device, long plan) {}

  private record Kept(TornadoLibraryProvider provider, LibraryContext context) {}

  /** A library of this name that works on the device. */
  public static TornadoLibraryProvider findProvider(String libraryName, TornadoXPUDevice device) {
    for (TornadoLibraryProvider provider :
        ServiceLoader.load(TornadoLibraryProvider.class, LibraryRegistry.class.getClassLoader())) {
      if (provider.libraryName().equals(libraryName) && provider.canHandle(device)) {
        return provider;
      }
    }
    throw new TornadoRuntimeException(
        "library: one that is called "
            + libraryName
            + " and works on "
            + device.getDescription()
            + "; got none");
  }

  /** What the library keeps for the plan. */
  public static LibraryContext getOrCreateContext(
      TornadoLibraryProvider provider, TornadoXPUDevice device, long executionPlanId) {
    return CONTEXTS.computeIfAbsent(
            new Key(provider.libraryName(), device, executionPlanId),
            _ -> new Kept(provider, provider.createContext(device, executionPlanId)))
        .context;
  }

  /** Lets go of what is kept for a plan. */
  public static void destroyContexts(long executionPlanId) {
    CONTEXTS
        .entrySet()
        .removeIf(entry -> {
          boolean done = entry.getKey().plan == executionPlanId;
          if (done) {
            entry.getValue().provider.destroyContext(entry.getValue().context);
          }
          return done;
        });
  }
}
