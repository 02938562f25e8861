/** Functional types of tasks, and the device. */
package uk.ac.manchester.tornado.api.common;
