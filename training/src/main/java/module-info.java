/** Training runs: checkpoints, resuming, metrics, plots and the memory they need. */
module io.nextscale.training {
  requires transitive io.nextscale.var;
  requires transitive io.nextscale.baselines;
  requires transitive io.nextscale.data;
  requires transitive io.nextscale.image;
  requires transitive io.nextscale.shapes;
  requires transitive io.nextscale.verifiers;
  requires static org.jspecify;

  exports io.nextscale.training;
  exports io.nextscale.training.experiment;
  exports io.nextscale.training.inference;
  exports io.nextscale.training.learner;
  exports io.nextscale.training.settings;
  exports io.nextscale.training.events;
  exports io.nextscale.training.plot;
}
