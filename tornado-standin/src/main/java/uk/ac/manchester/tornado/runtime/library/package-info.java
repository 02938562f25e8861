/** The libraries that tasks may call. */
package uk.ac.manchester.tornado.runtime.library;
