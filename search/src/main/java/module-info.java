/** Search at inference time: the best picture of many that a model can make. */
module io.nextscale.search {
  requires transitive io.nextscale.var;
  requires static org.jspecify;

  exports io.nextscale.search;
}
