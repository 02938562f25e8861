/** Programs that use the library. */
module io.nextscale.examples {
  requires io.nextscale.var;
  requires io.nextscale.image;
  requires io.nextscale.verifiers;
  requires static org.jspecify;

  // Parameters reads the records of models, such as those of tests.
  opens io.nextscale.examples to
      io.nextscale.nn;
}
