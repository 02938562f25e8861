package io.nextscale.cli.download;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.cli.download.TestServer.Answer;
import io.nextscale.cli.download.TestServer.Request;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The command against a Hub and a storage server on the loopback interface, which behave unless a
 * test tells them otherwise.
 */
@Timeout(60)
abstract class DownloadStage {

  static final String NAME = "var_d16.pth";
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir Path home;

  final byte[] content = random(3 << 20);
  final String sha256 = hash("SHA-256", content);
  final Map<String, String> environment = new HashMap<>();
  TestServer hub;
  TestServer storage;
  long freeBytes = Long.MAX_VALUE;
  HubCache.Links links = HubCache.Links::ofFileSystem;

  @BeforeEach
  void startServers() throws IOException {
    storage = new TestServer(this::bytes);
    hub = new TestServer(this::largeFile);
    environment.put("HF_ENDPOINT", hub.address().toString());
  }

  @AfterEach
  void stopServers() throws IOException {
    hub.close();
    storage.close();
  }

  // What the servers do when they behave.

  /** The Hub's answer for a large file: its hash and size, and where the storage is. */
  Answer largeFile(Request request) {
    return new Answer(302)
        .with("Location", storage.address() + "/blobs/" + sha256 + "?signature=a|b")
        .with("X-Repo-Commit", COMMIT)
        .with("X-Linked-Etag", "\"" + sha256 + "\"")
        .with("X-Linked-Size", content.length);
  }

  /** The storage's answer: all bytes, or those from the asked position on. */
  Answer bytes(Request request) {
    int from = request.from();
    if (request.header("Range").isEmpty()) {
      return new Answer(200).with("ETag", "\"s3\"").body(content);
    }
    return part(from);
  }

  Answer part(int from) {
    return new Answer(206)
        .with("ETag", "\"s3\"")
        .with("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length))
        .body(Arrays.copyOfRange(content, from, content.length));
  }

  // Running the command.

  record Run(int code, String out, String err) {}

  Run run(String... arguments) {
    return run(new StringWriter(), arguments);
  }

  Run run(StringWriter err, String... arguments) {
    StringWriter out = new StringWriter();
    var conditions = new Transfer.Conditions(folder -> freeBytes, Duration.ofMillis(1));
    CommandLine command =
        new CommandLine(
                new DownloadCommand(() -> new Downloads(environment, home, conditions, links)))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));
    int code = command.execute(arguments);
    return new Run(code, out.toString(), err.toString());
  }

  Path cache() {
    return home.resolve(".cache/huggingface/hub/models--FoundationVision--var");
  }

  Path pointer() {
    return cache().resolve("snapshots").resolve(COMMIT).resolve(NAME);
  }

  Path incomplete() {
    return cache().resolve("blobs").resolve(sha256 + ".nextscale.incomplete");
  }

  void leaveIncomplete(byte[] bytes) throws IOException {
    Files.createDirectories(incomplete().getParent());
    Files.write(incomplete(), bytes);
  }

  void assertDownloaded(Run run) throws IOException {
    assertThat(run.err()).doesNotContain("Exception");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo(sha256 + "  " + pointer() + System.lineSeparator());
    assertThat(Files.readAllBytes(pointer())).isEqualTo(content);
    assertThat(incomplete()).doesNotExist();
  }

  static void assertRefused(Run run, String... parts) {
    assertThat(run.code()).as(run.err()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(parts).doesNotContain("\tat ").contains(" — ");
    String complaint = run.err().strip().lines().reduce((a, b) -> b).orElse("");
    assertThat(complaint).startsWith("nextscale download");
  }

  private static byte[] random(int n) {
    byte[] bytes = new byte[n];
    new SplittableRandom(16).nextBytes(bytes);
    return bytes;
  }

  static String hash(String algorithm, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
