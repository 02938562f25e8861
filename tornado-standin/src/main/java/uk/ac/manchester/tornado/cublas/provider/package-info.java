/** What finds and calls cuBLAS. */
package uk.ac.manchester.tornado.cublas.provider;
