package io.nextscale.cli.download;

/** Hears how a transfer goes. */
interface Progress {

  /** {@code done} of {@code total} bytes of this file are there; total is -1 when unknown. */
  void start(String name, long done, long total);

  /** Now {@code done} bytes are there. */
  void to(long done);

  /** Something worth a line: a lost connection, a wait. */
  void note(String line);

  /** The transfer of the file is over, well or not. */
  void end();
}
