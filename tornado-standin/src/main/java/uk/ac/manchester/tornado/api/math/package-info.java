/** Functions that kernels may call. */
package uk.ac.manchester.tornado.api.math;
