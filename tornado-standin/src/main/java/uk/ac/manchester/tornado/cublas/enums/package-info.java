/** Modes of cuBLAS. */
package uk.ac.manchester.tornado.cublas.enums;
