/** What libraries implement to be called by tasks. */
package uk.ac.manchester.tornado.runtime.library.spi;
