/** The model inside the program. */
module io.nextscale.pretrained {
  requires transitive io.nextscale.var;
  requires transitive io.nextscale.shapes;
  requires static org.jspecify;

  exports io.nextscale.pretrained;
}
