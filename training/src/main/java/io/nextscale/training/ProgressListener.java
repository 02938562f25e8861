package io.nextscale.training;

import java.nio.file.Path;
import java.util.SequencedMap;

/** Hears what happens in a run, to show it; called from the thread that trains. */
public interface ProgressListener {

  /** Shows nothing. */
  ProgressListener SILENT = progress -> {};

  /** An iteration is done. */
  void iterated(Progress progress);

  /** Something a person should know, such as a damaged checkpoint that was passed over. */
  default void message(String line) {}

  /** The learner was measured after an iteration. */
  default void evaluated(int completed, SequencedMap<String, Double> metrics) {}

  /** A file was written: a checkpoint, pictures, a curve, the model. */
  default void wrote(Path file) {}
}
