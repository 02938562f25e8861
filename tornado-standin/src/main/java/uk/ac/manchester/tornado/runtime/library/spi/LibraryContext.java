package uk.ac.manchester.tornado.runtime.library.spi;

/** What a provider keeps for an execution plan on a device. */
public interface LibraryContext {}
