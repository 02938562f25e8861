/** What goes wrong, under the names that callers catch. */
package uk.ac.manchester.tornado.api.exceptions;
