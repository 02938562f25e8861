/** What TornadoVM does in native code. */
package io.nextscale.standin;
