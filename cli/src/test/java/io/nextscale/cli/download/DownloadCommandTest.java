package io.nextscale.cli.download;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.cli.download.TestServer.Answer;
import io.nextscale.cli.download.TestServer.Request;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/**
 * The command against a Hub and a storage server on the loopback interface, in good and bad moods.
 */
@Timeout(60)
class DownloadCommandTest {

  private static final String NAME = "var_d16.pth";
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String WAITING = "another download of it is under way; waiting";
  private static final String RESOLVE = "/FoundationVision/var/resolve/";

  @TempDir Path home;

  private final byte[] content = random(3 << 20);
  private final String sha256 = hash("SHA-256", content);
  private final Map<String, String> environment = new HashMap<>();
  private TestServer hub;
  private TestServer storage;
  private long freeBytes = Long.MAX_VALUE;
  private HubCache.Links links = HubCache.Links::ofFileSystem;

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
  private Answer largeFile(Request request) {
    return new Answer(302)
        .with("Location", storage.address() + "/blobs/" + sha256 + "?signature=a|b")
        .with("X-Repo-Commit", COMMIT)
        .with("X-Linked-Etag", "\"" + sha256 + "\"")
        .with("X-Linked-Size", content.length);
  }

  /** The storage's answer: all bytes, or those from the asked position on. */
  private Answer bytes(Request request) {
    int from = request.from();
    if (request.header("Range").isEmpty()) {
      return new Answer(200).with("ETag", "\"s3\"").body(content);
    }
    return part(from);
  }

  private Answer part(int from) {
    return new Answer(206)
        .with("ETag", "\"s3\"")
        .with("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length))
        .body(Arrays.copyOfRange(content, from, content.length));
  }

  // Running the command.

  private record Run(int code, String out, String err) {}

  private Run run(String... arguments) {
    return run(new StringWriter(), arguments);
  }

  private Run run(StringWriter err, String... arguments) {
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

  private Path cache() {
    return home.resolve(".cache/huggingface/hub/models--FoundationVision--var");
  }

  private Path pointer() {
    return cache().resolve("snapshots").resolve(COMMIT).resolve(NAME);
  }

  private Path incomplete() {
    return cache().resolve("blobs").resolve(sha256 + ".nextscale.incomplete");
  }

  private void leaveIncomplete(byte[] bytes) throws IOException {
    Files.createDirectories(incomplete().getParent());
    Files.write(incomplete(), bytes);
  }

  private void assertDownloaded(Run run) throws IOException {
    assertThat(run.err).doesNotContain("Exception");
    assertThat(run.code).as(run.err).isZero();
    assertThat(run.out).isEqualTo(sha256 + "  " + pointer() + System.lineSeparator());
    assertThat(Files.readAllBytes(pointer())).isEqualTo(content);
    assertThat(incomplete()).doesNotExist();
  }

  private static void assertRefused(Run run, String... parts) {
    assertThat(run.code).as(run.err).isEqualTo(2);
    assertThat(run.out).isEmpty();
    assertThat(run.err).contains(parts).doesNotContain("\tat ").contains(" — ");
    String complaint = run.err.strip().lines().reduce((a, b) -> b).orElse("");
    assertThat(complaint).startsWith("nextscale download");
  }

  @Test
  void aFileIsStoredInTheLayoutOfTheHubsOwnCache() throws IOException {
    Run run = run(NAME);

    assertDownloaded(run);
    assertThat(run.err).contains("downloaded, verified");
    assertThat(Files.readSymbolicLink(pointer()).toString()).isEqualTo("../../blobs/" + sha256);
    assertThat(cache().resolve("refs/main")).hasContent(COMMIT);
    try (Stream<Path> blobs = Files.list(cache().resolve("blobs"))) {
      assertThat(blobs).containsExactly(cache().resolve("blobs").resolve(sha256));
    }
    assertThat(hub.requests().getFirst().path()).isEqualTo(RESOLVE + "main/" + NAME);
    // The bytes are asked for by commit, so that a moving branch cannot mix two versions.
    assertThat(hub.requests("GET").getFirst().path()).isEqualTo(RESOLVE + COMMIT + "/" + NAME);
    assertThat(storage.requests().getFirst().path()).endsWith("?signature=a%7Cb");
  }

  @Test
  void aFileInTheCacheIsNotFetchedAgain() throws IOException {
    run(NAME);
    int before = storage.requests().size();

    Run again = run(NAME);

    assertDownloaded(again);
    assertThat(again.err).contains("already in the cache");
    assertThat(storage.requests()).hasSize(before);
  }

  @Test
  void aFileThatAnotherProgramCachedIsFound() throws IOException {
    Files.createDirectories(cache().resolve("blobs"));
    Files.write(cache().resolve("blobs").resolve(sha256), content);

    assertDownloaded(run(NAME));
    assertThat(storage.requests()).isEmpty();
  }

  @Test
  void severalFilesAreFetchedInOrder() {
    Run run = run(NAME, "vae_ch160v4096z32.pth", "-q");

    assertThat(run.code).isZero();
    assertThat(run.err).isEmpty();
    assertThat(run.out.lines().map(l -> l.substring(l.lastIndexOf('/') + 1)))
        .containsExactly(NAME, "vae_ch160v4096z32.pth");
  }

  @Test
  void theTokenStaysWithTheEndpoint() throws IOException {
    environment.put("HF_TOKEN", " hf_secret\n");

    assertDownloaded(run(NAME));
    assertThat(hub.requests())
        .allMatch(r -> r.header("Authorization").orElse("").equals("Bearer hf_secret"));
    assertThat(storage.requests()).isNotEmpty();
    assertThat(storage.requests()).allMatch(r -> r.header("Authorization").isEmpty());
  }

  @Test
  void theTokenFollowsARedirectOnTheEndpointItself() throws IOException {
    environment.put("HF_TOKEN", "hf_secret");
    hub.answer(r ->
        r.path().startsWith("/renamed/")
            ? largeFile(r)
            : new Answer(307).with("Location", "/renamed/" + NAME));

    assertDownloaded(run(NAME));
    assertThat(hub.requests()).anyMatch(r -> r.path().equals("/renamed/" + NAME));
    assertThat(hub.requests()).allMatch(r -> r.header("Authorization").isPresent());
    assertThat(storage.requests()).allMatch(r -> r.header("Authorization").isEmpty());
  }

  @Test
  void aCutConnectionIsTakenUpWhereItBroke() throws IOException {
    AtomicInteger answers = new AtomicInteger();
    storage.answer(r -> answers.incrementAndGet() < 4 ? bytes(r).cutAfter(700_000) : bytes(r));

    Run run = run(NAME);

    assertDownloaded(run);
    assertThat(storage.requests()).hasSize(4);
    assertThat(storage.requests().get(0).header("Range")).isEmpty();
    List<Request> resumed = storage.requests().subList(1, 4);
    assertThat(resumed).allMatch(r -> r.header("If-Range").orElse("").equals("\"s3\""));
    assertThat(resumed).extracting(Request::from).isSorted();
    assertThat(resumed.getLast().from()).isGreaterThan(0);
    assertThat(run.err).contains("going on in 0 s (1 of 5)");
  }

  @Test
  void whatAnEarlierRunLeftIsTakenUp() throws IOException {
    leaveIncomplete(Arrays.copyOf(content, 1_234_567));

    assertDownloaded(run(NAME));
    assertThat(storage.requests()).hasSize(1);
    assertThat(storage.requests().getFirst().from()).isEqualTo(1_234_567);
  }

  @Test
  void aFileThatOnlyLacksItsNameIsCheckedAndNotFetched() throws IOException {
    leaveIncomplete(content);

    assertDownloaded(run(NAME));
    assertThat(storage.requests()).isEmpty();
  }

  @Test
  void aServerWithoutRangesSendsEverythingAgain() throws IOException {
    leaveIncomplete(Arrays.copyOf(content, 1_000_000));
    storage.answer(r -> new Answer(200).body(content));

    Run run = run(NAME);

    assertDownloaded(run);
    assertThat(run.err).contains("the server cannot resume; starting afresh");
  }

  @Test
  void aDamagedBeginningIsFetchedAgain() throws IOException {
    byte[] damaged = Arrays.copyOf(content, 1_000_000);
    damaged[5] ^= 1;
    leaveIncomplete(damaged);

    Run run = run(NAME);

    assertDownloaded(run);
    assertThat(run.err).contains("the pieces have a wrong hash; starting afresh");
    assertThat(storage.requests()).extracting(Request::from).containsExactly(1_000_000, 0);
  }

  @Test
  void aBeginningThatIsTooLongIsFetchedAgain() throws IOException {
    leaveIncomplete(Arrays.copyOf(content, content.length + 1));

    assertDownloaded(run(NAME));
  }

  @Test
  void aRefusedRangeStartsAfresh() throws IOException {
    leaveIncomplete(Arrays.copyOf(content, 1_000_000));
    storage.answer(r -> r.from() > 0 ? new Answer(416) : bytes(r));

    assertDownloaded(run(NAME));
  }

  @Test
  void anotherPartThanAskedForStartsAfresh() throws IOException {
    leaveIncomplete(Arrays.copyOf(content, 1_000_000));
    storage.answer(r -> r.from() > 0 ? part(500_000) : bytes(r));

    assertDownloaded(run(NAME));
  }

  @Test
  void bytesWithAWrongHashAreRefused() throws IOException {
    byte[] altered = content.clone();
    altered[content.length / 2] ^= 1;
    storage.answer(r -> new Answer(200).body(altered));

    Run run = run(NAME);

    assertRefused(run, "bytes with hash " + sha256 + "; got " + hash("SHA-256", altered));
    assertThat(pointer()).doesNotExist();
    assertThat(incomplete()).doesNotExist();
    assertThat(cache().resolve("blobs").resolve(sha256)).doesNotExist();
  }

  @Test
  void aSmallFileIsCheckedAgainstGitsHash() throws IOException {
    byte[] small = "{\"license\": \"mit\"}".getBytes(StandardCharsets.UTF_8);
    byte[] blob = ("blob " + small.length + "\0").getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(blob, blob.length + small.length);
    System.arraycopy(small, 0, all, blob.length, small.length);
    String git = hash("SHA-1", all);
    Function<Request, Answer> good =
        r ->
            new Answer(200)
                .with("X-Repo-Commit", COMMIT)
                .with("ETag", "\"" + git + "\"")
                .body(small);
    hub.answer(good);

    Run run = run("config.json", "--repo", "some-org/some.model", "--revision", "v1.0");

    assertThat(run.code).as(run.err).isZero();
    assertThat(run.out).startsWith(hash("SHA-256", small) + "  ");
    Path stored = Path.of(run.out.strip().substring(66));
    assertThat(Files.readAllBytes(stored)).isEqualTo(small);
    assertThat(stored.toString()).contains("models--some-org--some.model");

    hub.answer(r -> good.apply(r).body("{\"license\": \"mit\".".getBytes(StandardCharsets.UTF_8)));
    environment.put("HF_HOME", home.resolve("other").toString());
    assertRefused(run("config.json", "--repo", "some-org/some.model"), "bytes with hash " + git);
  }

  @Test
  void aFileOfUnknownSizeEndsWithItsConnection() throws IOException {
    hub.answer(r -> {
      Answer answer = largeFile(r);
      answer.headers.remove("X-Linked-Size");
      return answer;
    });
    storage.answer(r -> new Answer(200).bodyOfUnknownLength(content));

    assertDownloaded(run(NAME));
  }

  @Test
  void aHashOfUnknownKindIsStatedAsSuch() {
    hub.answer(r ->
        new Answer(200).with("X-Repo-Commit", COMMIT).with("ETag", "W/\"mirror-1\"").body(content));

    Run run = run(NAME);

    assertThat(run.code).as(run.err).isZero();
    assertThat(run.err).contains("downloaded; the Hub names no hash");
    assertThat(run.out).startsWith(sha256 + "  ");
  }

  @ParameterizedTest(name = "{0} {1} with token {2}")
  @CsvSource({
    "401, '', false, a private or gated one needs HF_TOKEN",
    "401, '', true, the token in HF_TOKEN is not accepted: renew or unset it",
    "403, '', false, and set HF_TOKEN",
    "403, '', true, or use a token that may read it",
    "404, EntryNotFound, false, (EntryNotFound) — check the name",
    "404, RepoNotFound, false, (RepoNotFound) — check --repo",
    "404, RevisionNotFound, false, (RevisionNotFound) — check --revision",
    "404, '', false, (not found) — check the name",
    "407, '', false, put name and password into HTTPS_PROXY",
    "451, '', false, got 451 from 127.0.0.1",
    "500, '', false, got 500 from 127.0.0.1",
    "429, '', false, (too many requests)"
  })
  void aRefusalSaysWhatToDo(int status, String code, boolean token, String remedy) {
    if (token) {
      environment.put("HF_TOKEN", "hf_secret");
    }
    hub.answer(r -> {
      Answer answer = new Answer(status);
      return code.isEmpty() ? answer : answer.with("X-Error-Code", code);
    });

    Run run = run(NAME);

    assertRefused(run, "nextscale download " + NAME + ": ", remedy);
    assertThat(run.err).doesNotContain("hf_secret");
  }

  @Test
  void aFaultOfTheServerIsWaitedOut() throws IOException {
    AtomicInteger faults = new AtomicInteger();
    storage.answer(
        r -> faults.incrementAndGet() < 4 ? new Answer(503).with("Retry-After", "0") : bytes(r));

    assertDownloaded(run(NAME));
    assertThat(storage.requests()).hasSize(4);
  }

  @Test
  void aServerThatStaysAwayIsGivenUpAndNothingIsLost() throws IOException {
    storage.answer(r -> r.from() == 0 ? bytes(r).cutAfter(500_000) : new Answer(500));

    Run run = run(NAME);

    assertRefused(run, "5 times in a row — what arrived is kept");
    assertThat(Files.size(incomplete())).isBetween(1L, 500_000L);
    assertThat(Files.readAllBytes(incomplete()))
        .isEqualTo(Arrays.copyOf(content, (int) Files.size(incomplete())));

    storage.answer(this::bytes);
    assertDownloaded(run(NAME));
  }

  @Test
  void aSilentServerIsLeft() throws IOException {
    environment.put("HF_HUB_DOWNLOAD_TIMEOUT", "1");
    storage.answer(r -> r.from() == 0 ? bytes(r).cutAfter(500_000).hangFor(20_000) : bytes(r));

    Run run = run(NAME);

    assertDownloaded(run);
    assertThat(run.err).contains("no data for 1 s; going on");
  }

  @Test
  void aHubThatDoesNotAnswerIsNamed() {
    environment.put("HF_HUB_DOWNLOAD_TIMEOUT", "1");
    hub.answer(r -> largeFile(r).delay(20_000));

    assertRefused(run(NAME), "an answer from the Hub; got no answer from 127.0.0.1 for 1 s");
  }

  @Test
  void withoutANetworkTheCachedFileServes() throws IOException {
    run(NAME);
    hub.close();

    Run run = run(NAME);

    assertDownloaded(run);
    assertThat(run.err).contains("no connection to").contains("using the cached copy");
  }

  @Test
  void withoutANetworkAMissingFileIsAnError() throws IOException {
    environment.put("HF_ENDPOINT", "http://127.0.0.1:" + closedPort());

    assertRefused(
        run(NAME), "an answer from the Hub; got no connection to 127.0.0.1:", "HTTPS_PROXY");
  }

  @Test
  void anUnknownHostIsNamed() {
    environment.put("HF_ENDPOINT", "http://hub.invalid");

    assertRefused(run(NAME), "got no connection to hub.invalid (unknown host");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "true", "ON", "Yes"})
  void offlineNoConnectionIsMade(String offline) throws IOException {
    environment.put("HF_HUB_OFFLINE", offline);
    assertRefused(run(NAME), "as HF_HUB_OFFLINE is set; got no copy there — unset HF_HUB_OFFLINE");
    assertThat(hub.requests()).isEmpty();

    environment.remove("HF_HUB_OFFLINE");
    run(NAME);
    int before = hub.requests().size();
    environment.put("HF_HUB_OFFLINE", offline);

    assertDownloaded(run(NAME));
    assertThat(hub.requests()).hasSize(before);
  }

  @Test
  void aFullDiskIsNoticedBeforehand() {
    freeBytes = 10 << 20;

    assertRefused(run(NAME), "3.15 MB in ", "; got 10.5 MB free — free some", "--to");
    assertThat(storage.requests()).isEmpty();
  }

  @Test
  void withoutLinksTheSnapshotHoldsTheFile() throws IOException {
    links = (link, target, blob) -> false;

    assertDownloaded(run(NAME));
    assertThat(Files.isRegularFile(pointer(), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(cache().resolve("blobs").resolve(sha256)).doesNotExist();
    int before = storage.requests().size();
    assertDownloaded(run(NAME));
    assertThat(storage.requests()).hasSize(before);
  }

  @Test
  void aNewCommitWithTheSameBytesIsLinkedOnly() throws IOException {
    run(NAME);
    int before = storage.requests().size();
    String later = "f".repeat(40);
    hub.answer(r -> largeFile(r).with("X-Repo-Commit", later));

    Run run = run(NAME);

    assertThat(run.code).isZero();
    assertThat(storage.requests()).hasSize(before);
    assertThat(cache().resolve("refs/main")).hasContent(later);
    assertThat(cache().resolve("snapshots").resolve(later).resolve(NAME)).exists();
    assertThat(pointer()).exists();
  }

  @Test
  void threadsThatWantTheSameFileTransferItOnce() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    storage.answer(r -> bytes(r).pauseAfter(500_000, gate));
    List<StringWriter> notes = List.of(new StringWriter(), new StringWriter(), new StringWriter());
    List<Run> runs = new CopyOnWriteArrayList<>();
    List<Thread> threads =
        notes.stream().map(n -> Thread.ofPlatform().start(() -> runs.add(run(n, NAME)))).toList();
    waitUntil(() -> notes.stream().filter(n -> n.toString().contains(WAITING)).count() == 2);
    gate.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(runs).hasSize(3);
    for (Run run : runs) {
      assertDownloaded(run);
    }
    assertThat(storage.requests()).hasSize(1);
  }

  @Test
  void aSecondProcessWaitsForTheFirst() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    storage.answer(r -> bytes(r).pauseAfter(500_000, gate));
    Process first = process();
    waitForBytes(500_000);
    StringWriter notes = new StringWriter();
    Thread release =
        Thread.ofPlatform()
            .start(() -> {
              waitUntil(() -> notes.toString().contains(WAITING));
              gate.countDown();
            });

    Run run = run(notes, NAME);

    release.join();
    assertDownloaded(run);
    assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(first.exitValue()).isZero();
    assertThat(storage.requests()).hasSize(1);
  }

  @Test
  void aKilledProcessLosesNothing() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    storage.answer(r -> bytes(r).pauseAfter(500_000, never));
    Process first = process();
    waitForBytes(500_000);
    first.destroyForcibly();
    assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.size(incomplete())).isEqualTo(500_000);

    Process second = process();
    waitForBytes(1_000_000);
    second.toHandle().destroy(); // as Ctrl-C: hooks run
    String farewell = new String(second.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(second.waitFor(20, TimeUnit.SECONDS)).isTrue();

    assertThat(farewell).contains("stopped at ", " — run the same command again to go on");
    storage.answer(this::bytes);
    assertDownloaded(run(NAME));
    assertThat(storage.requests()).extracting(Request::from).containsExactly(0, 500_000, 1_000_000);
  }

  /** This command in a Java process of its own, with this test's cache and servers. */
  private Process process() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath(),
            Launch.class.getName(),
            NAME);
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("HF_HOME", home.resolve(".cache/huggingface").toString());
    return builder.start();
  }

  /** Where the classes of the command, of this test and of picocli are. */
  private static String classPath() {
    List<String> entries = new ArrayList<>();
    for (Class<?> c :
        List.of(DownloadCommand.class, DownloadCommandTest.class, CommandLine.class)) {
      entries.add(
          Path.of(
                  java.net.URI.create(
                      c.getProtectionDomain().getCodeSource().getLocation().toString()))
              .toString());
    }
    entries.add(Path.of("target", "test-classes").toAbsolutePath().toString());
    return String.join(java.io.File.pathSeparator, entries);
  }

  /** The entry of {@link #process()}. */
  static final class Launch {
    public static void main(String[] arguments) {
      System.exit(new CommandLine(new DownloadCommand()).execute(arguments));
    }
  }

  private void waitForBytes(long bytes) {
    waitUntil(() -> {
      try {
        return Files.exists(incomplete()) && Files.size(incomplete()) >= bytes;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  private static void waitUntil(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("half a minute is over").isLessThan(end);
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void anInterruptedThreadKeepsWhatArrived() throws Exception {
    storage.answer(r -> r.from() == 0 ? bytes(r).cutAfter(500_000).hangFor(20_000) : bytes(r));
    Run[] result = new Run[1];
    Thread thread = new Thread(() -> result[0] = run(NAME));
    thread.start();
    waitForBytes(400_000);
    thread.interrupt();
    thread.join();

    assertRefused(result[0], "interrupted — run the same command again to go on");
    assertDownloaded(run(NAME));
    assertThat(storage.requests().getLast().from()).isGreaterThan(0);
  }

  @Test
  void aFolderOfTheUserGetsThePlainFile() throws IOException {
    Path folder = home.resolve("weights");
    Path target = folder.resolve(NAME);

    Run run = run(NAME, "--to", folder.toString());

    assertThat(run.code).as(run.err).isZero();
    assertThat(run.out).isEqualTo(sha256 + "  " + target + System.lineSeparator());
    assertThat(Files.readAllBytes(target)).isEqualTo(content);
    assertThat(Files.list(folder)).containsExactly(target);
    assertThat(cache()).doesNotExist();

    int before = storage.requests().size();
    assertThat(run(NAME, "--to", folder.toString()).err).contains("already there");
    assertThat(storage.requests()).hasSize(before);

    Files.writeString(target, "mine");
    assertRefused(
        run(NAME, "--to", folder.toString()), "no other file at " + target, "move it away");
    assertThat(target).hasContent("mine");
  }

  @Test
  void aFolderOfTheUserGetsACopyOfTheCachedFile() throws IOException {
    run(NAME);
    int before = storage.requests().size();
    Path folder = home.resolve("weights");

    assertThat(run(NAME, "--to", folder.toString()).code).isZero();
    assertThat(Files.readAllBytes(folder.resolve(NAME))).isEqualTo(content);
    assertThat(storage.requests()).hasSize(before);

    environment.put("HF_HUB_OFFLINE", "1");
    Path other = home.resolve("offline");
    Run offline = run(NAME, "--to", other.toString());
    assertThat(offline.out).isEqualTo(sha256 + "  " + other.resolve(NAME) + System.lineSeparator());
  }

  @Test
  void aFolderKeepsABeginningToo() throws IOException {
    Path folder = home.resolve("weights");
    storage.answer(r -> r.from() == 0 ? bytes(r).cutAfter(500_000) : new Answer(500));
    assertRefused(run(NAME, "--to", folder.toString()), "what arrived is kept");

    storage.answer(this::bytes);
    assertThat(run(NAME, "--to", folder.toString()).code).isZero();
    assertThat(storage.requests().getLast().from()).isGreaterThan(0);
    assertThat(Files.list(folder)).containsExactly(folder.resolve(NAME));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../evil", "a/b", "", "..", "x y"})
  void aHashThatIsNoFileNameIsRefused(String etag) {
    hub.answer(r -> largeFile(r).with("X-Linked-Etag", "\"" + etag + "\""));

    assertRefused(run(NAME), "a Hub that names the hash of each file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../../evil", "main", "0123"})
  void aCommitThatIsNoneIsRefused(String commit) {
    hub.answer(r -> largeFile(r).with("X-Repo-Commit", commit));

    assertRefused(run(NAME), "a Hub that names the commit of each file", "check HF_ENDPOINT");
  }

  @ParameterizedTest
  @CsvSource({
    "../../etc/passwd, a/b, main, the name of a file in the repository",
    "/etc/passwd, a/b, main, the name of a file in the repository",
    "x.pth, ../.., main, a repository as ORG/NAME",
    "x.pth, var, main, a repository as ORG/NAME",
    "x.pth, a/b/c, main, a repository as ORG/NAME",
    "x.pth, a/b, ../.., 'a branch, tag or commit'"
  })
  void namesCannotLeaveTheCache(String name, String repo, String revision, String message) {
    assertRefused(run(name, "--repo", repo, "--revision", revision), message);
    assertThat(hub.requests()).isEmpty();
  }

  @Test
  void endlessRedirectsEnd() {
    hub.answer(r -> new Answer(302).with("Location", r.path()));

    assertRefused(run(NAME), "at most 10 redirects");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"file:///etc/passwd", "ftp://127.0.0.1/x", "http://", "", "http://[", "//"})
  void aRedirectToNoWebAddressIsRefused(String location) {
    hub.answer(
        r -> r.method().equals("HEAD") ? largeFile(r) : new Answer(302).with("Location", location));

    assertRefused(run(NAME), "redirect");
  }

  @Test
  void aProxyFromTheEnvironmentIsUsed() throws IOException {
    String host = "http://hub.invalid";
    try (TestServer proxy =
        new TestServer(r ->
            r.path().startsWith(host)
                ? largeFile(r).with("Location", host + "/blobs")
                : new Answer(502))) {
      proxy.answer(r ->
          r.path().equals(host + "/blobs")
              ? bytes(r)
              : largeFile(r).with("Location", host + "/blobs"));
      environment.put("HF_ENDPOINT", host);
      environment.put("http_proxy", "127.0.0.1:" + proxy.port());

      assertDownloaded(run(NAME));
      assertThat(proxy.requests()).allMatch(r -> r.path().startsWith(host));

      environment.put("NO_PROXY", "localhost,.invalid");
      environment.put("HF_HOME", home.resolve("other").toString());
      assertRefused(run(NAME), "got no connection to hub.invalid");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "HF_ENDPOINT, nonsense, an address such as https://huggingface.co; got nonsense",
    "HF_ENDPOINT, ftp://a.b, an address such as",
    "HF_TOKEN, two words, one word of ASCII characters; got spaces",
    "HF_HUB_DOWNLOAD_TIMEOUT, soon, whole seconds; got soon",
    "HF_HUB_DOWNLOAD_TIMEOUT, 0, whole seconds; got 0",
    "HTTP_PROXY, socks5://u:secret@proxy, the address of an HTTP proxy"
  })
  void aWrongVariableIsNamed(String variable, String value, String message) {
    environment.put(variable, value);

    Run run = run(NAME);

    assertRefused(run, "download " + variable + ": " + message);
    assertThat(run.err).doesNotContain("secret");
  }

  @Test
  void anUnknownNameListsTheKnownOnes() {
    assertRefused(run("var_d17.pth"), "one of vae_ch160v4096z32.pth, var_d16.pth", "--repo");
  }

  @Test
  void withoutNamesThePublishedFilesAreListed() {
    run("var_d20.pth");

    Run run = run();

    assertThat(run.code).isZero();
    assertThat(run.out.lines()).hasSize(6);
    assertThat(run.out.lines().filter(l -> l.endsWith("[in the cache]")))
        .singleElement()
        .asString()
        .startsWith("var_d20.pth");
  }

  @Test
  void verboseShowsWhere() {
    hub.answer(r -> new Answer(404));

    assertThat(run(NAME, "--verbose").err).contains("\tat io.nextscale");
  }

  @Test
  void aCachedFileIsFoundWithoutTheNetwork() throws IOException {
    run(NAME);
    int before = hub.requests().size();
    var conditions = Transfer.Conditions.ofThisMachine();
    Downloads downloads = new Downloads(environment, home, conditions, links);

    assertThat(downloads.cached(HubFile.of(Downloads.OFFICIAL_REPO, "main", NAME)))
        .contains(pointer());
    assertThat(downloads.cached(HubFile.of(Downloads.OFFICIAL_REPO, COMMIT, NAME)))
        .contains(pointer());
    assertThat(downloads.cached(HubFile.of(Downloads.OFFICIAL_REPO, "main", "var_d20.pth")))
        .isEmpty();
    Files.writeString(cache().resolve("refs/main"), "../../../../etc");
    assertThat(downloads.cached(HubFile.of(Downloads.OFFICIAL_REPO, "main", NAME)))
        .as("any snapshot, when the reference is damaged")
        .contains(pointer());
    Files.delete(cache().resolve("blobs").resolve(sha256));
    assertThat(downloads.cached(HubFile.of(Downloads.OFFICIAL_REPO, "main", NAME)))
        .as("a link to nothing")
        .isEmpty();
    assertThat(hub.requests()).hasSize(before);
    assertThat(Downloads.find("no such file")).isEmpty();
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static byte[] random(int n) {
    byte[] bytes = new byte[n];
    new SplittableRandom(16).nextBytes(bytes);
    return bytes;
  }

  private static String hash(String algorithm, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
