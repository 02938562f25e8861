/** The part of NVIDIA's cuBLAS that products take, in Java. */
package uk.ac.manchester.tornado.cublas;
