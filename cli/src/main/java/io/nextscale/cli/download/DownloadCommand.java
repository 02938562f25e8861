package io.nextscale.cli.download;

import io.nextscale.cli.terminal.ProgressBar;
import io.nextscale.cli.terminal.Verbosity;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nextscale download var_d16.pth vae_ch160v4096z32.pth}: fetches published weights. */
@Command(
    name = "download",
    mixinStandardHelpOptions = true,
    description = {
      "Fetch published weights from the Hugging Face Hub, resuming what was begun.",
      "",
      "Prints \"SHA-256  path\" for each file. Files are kept in the Hub's own cache; HF_HOME,"
          + " HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE and HTTPS_PROXY mean what they"
          + " mean to other programs. Without names, lists what there is.",
      ""
    })
public final class DownloadCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "FILE",
      description = "Names of files, such as var_d16.pth.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--repo",
      paramLabel = "ORG/NAME",
      description = "The repository. Default: " + Downloads.OFFICIAL_REPO + ".")
  private String repo = Downloads.OFFICIAL_REPO;

  @Option(
      names = "--revision",
      paramLabel = "REVISION",
      description = "A branch, tag or commit. Default: main.")
  private String revision = "main";

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "Put the files into this folder instead of the cache.")
  private @Nullable Path folder;

  @Mixin private Verbosity verbosity = new Verbosity();

  private final Opening opening;

  /** With the environment of this process. */
  public DownloadCommand() {
    this(() -> Downloads.of(System.getenv()));
  }

  DownloadCommand(Opening opening) {
    this.opening = opening;
  }

  /** Reads the settings, which may be wrong. */
  @FunctionalInterface
  interface Opening {
    Downloads open() throws DownloadException;
  }

  @Override
  public Integer call() {
    CommandLine commandLine = commandLine();
    PrintWriter err = commandLine.getErr();
    try {
      Downloads downloads = opening.open();
      if (names.isEmpty()) {
        list(downloads, commandLine.getOut());
        return CommandLine.ExitCode.OK;
      }
      List<HubFile> files = new ArrayList<>();
      for (String name : names) {
        files.add(file(name));
      }
      for (HubFile file : files) {
        fetch(downloads, file, commandLine.getOut(), err);
      }
      return CommandLine.ExitCode.OK;
    } catch (DownloadException e) {
      complain(err, e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      complain(err, "download: interrupted — run the same command again to go on", e);
    } catch (IOException e) {
      complain(
          err, "download: " + e + " — check the folder's permissions, or choose one with --to", e);
    }
    return CommandLine.ExitCode.USAGE;
  }

  private CommandLine commandLine() {
    return spec == null ? new CommandLine(this) : spec.commandLine();
  }

  private void complain(PrintWriter err, @Nullable String message, Exception e) {
    err.println("nextscale " + message);
    if (verbosity.verbose()) {
      e.printStackTrace(err);
    }
    err.flush();
  }

  private HubFile file(String name) throws DownloadException {
    HubFile file = HubFile.of(repo, revision, name);
    boolean published = Downloads.PUBLISHED.stream().anyMatch(p -> p.name().equals(name));
    if (!published && repo.equals(Downloads.OFFICIAL_REPO)) {
      throw new DownloadException(
          name,
          "one of " + String.join(", ", Downloads.PUBLISHED.stream().map(p -> p.name()).toList()),
          name,
          "choose one, or name another repository with --repo");
    }
    return file;
  }

  private static void list(Downloads downloads, PrintWriter out) throws DownloadException {
    for (Downloads.Published published : Downloads.PUBLISHED) {
      HubFile file = HubFile.of(Downloads.OFFICIAL_REPO, "main", published.name());
      String state = downloads.cached(file).map(p -> "  [in the cache]").orElse("");
      out.printf("%-22s %s%s%n", published.name(), published.content(), state);
    }
    out.flush();
  }

  private void fetch(Downloads downloads, HubFile file, PrintWriter out, PrintWriter err)
      throws IOException, InterruptedException {
    try (Display display = new Display(err, verbosity)) {
      Path target = folder;
      Downloads.Fetched fetched =
          target == null
              ? downloads.toCache(file, display)
              : downloads.toFolder(file, target, display);
      display.note("download " + file.name() + ": " + fetched.state());
      String hash = fetched.sha256().isEmpty() ? "-".repeat(64) : fetched.sha256();
      out.println(hash + "  " + fetched.path());
      out.flush();
    }
  }

  /** Shows a transfer on standard error, and says on Ctrl-C how to go on. */
  private static final class Display implements Progress, AutoCloseable {

    private final PrintWriter err;
    private final Verbosity verbosity;
    private final Thread farewell = new Thread(this::farewell, "download-farewell");
    private volatile @Nullable ProgressBar bar;
    private volatile String name = "";
    private volatile long done = -1;

    Display(PrintWriter err, Verbosity verbosity) {
      this.err = err;
      this.verbosity = verbosity;
      Runtime.getRuntime().addShutdownHook(farewell);
    }

    private void farewell() {
      long reached = done;
      if (reached >= 0 && !verbosity.quiet()) {
        ProgressBar last = bar;
        if (last != null) {
          last.close(); // it draws no more
        }
        err.println(
            "nextscale download "
                + name
                + ": stopped at "
                + ProgressBar.size(reached)
                + " — run the same command again to go on");
        err.flush();
      }
    }

    @Override
    public void start(String name, long done, long total) {
      this.name = name;
      this.done = done;
      bar = ProgressBar.bytes(err, verbosity.showsProgress(), name, done, total);
    }

    @Override
    public void to(long done) {
      this.done = done;
      ProgressBar current = bar;
      if (current != null) {
        current.to(done);
      }
    }

    @Override
    public void note(String line) {
      if (verbosity.quiet()) {
        return;
      }
      ProgressBar current = bar;
      if (current != null) {
        current.message(line);
      } else {
        err.println(line);
        err.flush();
      }
    }

    @Override
    public void end() {
      done = -1;
      ProgressBar current = bar;
      if (current != null) {
        current.close();
        bar = null;
      }
    }

    @Override
    public void close() {
      end();
      try {
        Runtime.getRuntime().removeShutdownHook(farewell);
      } catch (IllegalStateException e) {
        return; // the process ends; the farewell is on its way
      }
    }
  }
}
