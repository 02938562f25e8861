package io.nextscale.cli.parity;

import java.io.IOException;

/**
 * A check of one {@code ops/*.safetensors} file, case by case.
 *
 * @param name for messages
 * @param file its path
 * @param body what is computed for a case
 */
record OpCheck(String name, String file, Body body) implements Check {

  /** Repeats the computation of a case. */
  @FunctionalInterface
  interface Body {
    /** Compares the results of a case; false when its name says nothing this check knows. */
    boolean check(OpCase op, Comparison comparison) throws IOException;
  }

  @Override
  public boolean reads(String path) {
    return path.equals(file);
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    for (OpCase op : OpCase.read(golden, file)) {
      if (!op.hasResults()) {
        continue;
      }
      Comparison comparison = findings.of(file, op.name());
      if (body.check(op, comparison)) {
        comparison.close();
        op.reportRest(findings);
      } else {
        findings.notChecked(file + " " + op.name(), "a case of this name is not known");
      }
    }
  }
}
