/** The door to the runtime. */
package uk.ac.manchester.tornado.api.runtime;
