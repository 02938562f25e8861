/** The command line: generate, search, edit, reconstruct, inspect, convert and check. */
module io.nextscale.cli {
  requires io.nextscale.training;
  requires io.nextscale.pretrained;
  requires io.nextscale.search;
  requires io.nextscale.verifiers;
  requires io.nextscale.image;
  requires info.picocli;
  requires java.net.http;
  requires static org.jspecify;

  exports io.nextscale.cli;

  opens io.nextscale.cli to
      info.picocli;
  opens io.nextscale.cli.download to
      info.picocli;
  opens io.nextscale.cli.parity to
      info.picocli;
  opens io.nextscale.cli.terminal to
      info.picocli;
}
