/** The shapes world: pictures, captions and an exact checker, made by rules. */
module io.nextscale.shapes {
  requires transitive io.nextscale.tensor;
  requires static org.jspecify;

  exports io.nextscale.shapes;
}
