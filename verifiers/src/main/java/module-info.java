/** Models that say how well a picture shows what was asked for, behind one interface. */
module io.nextscale.verifiers {
  requires transitive io.nextscale.search;
  requires transitive io.nextscale.shapes;
  requires io.nextscale.image;
  requires static org.jspecify;

  exports io.nextscale.verifiers;
  exports io.nextscale.verifiers.clip;
  exports io.nextscale.verifiers.files;
  exports io.nextscale.verifiers.layer;
  exports io.nextscale.verifiers.resnet;
  exports io.nextscale.verifiers.reward;
  exports io.nextscale.verifiers.shapes;
}
