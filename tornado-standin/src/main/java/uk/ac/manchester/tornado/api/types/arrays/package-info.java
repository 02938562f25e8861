/** Arrays that tasks take. */
package uk.ac.manchester.tornado.api.types.arrays;
