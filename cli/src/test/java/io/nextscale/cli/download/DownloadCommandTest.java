package io.nextscale.cli.download;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.cli.download.TestServer.Answer;
import io.nextscale.cli.download.TestServer.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Where files go, and what is said of them. */
class DownloadCommandTest extends DownloadStage {

  private static final String RESOLVE = "/FoundationVision/var/resolve/";

  @Test
  void aFileIsStoredInTheLayoutOfTheHubsOwnCache() throws IOException {
    Run run = run(NAME);

    assertDownloaded(run);
    assertThat(run.err()).contains("downloaded, verified");
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
    assertThat(again.err()).contains("already in the cache");
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

    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines().map(l -> l.substring(l.lastIndexOf('/') + 1)))
        .containsExactly(NAME, "vae_ch160v4096z32.pth");
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

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).startsWith(hash("SHA-256", small) + "  ");
    Path stored = Path.of(run.out().strip().substring(66));
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

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("downloaded; the Hub names no hash");
    assertThat(run.out()).startsWith(sha256 + "  ");
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

    assertThat(run.code()).isZero();
    assertThat(storage.requests()).hasSize(before);
    assertThat(cache().resolve("refs/main")).hasContent(later);
    assertThat(cache().resolve("snapshots").resolve(later).resolve(NAME)).exists();
    assertThat(pointer()).exists();
  }

  @Test
  void aFolderOfTheUserGetsThePlainFile() throws IOException {
    Path folder = home.resolve("weights");
    Path target = folder.resolve(NAME);

    Run run = run(NAME, "--to", folder.toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo(sha256 + "  " + target + System.lineSeparator());
    assertThat(Files.readAllBytes(target)).isEqualTo(content);
    assertThat(Files.list(folder)).containsExactly(target);
    assertThat(cache()).doesNotExist();

    int before = storage.requests().size();
    assertThat(run(NAME, "--to", folder.toString()).err()).contains("already there");
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

    assertThat(run(NAME, "--to", folder.toString()).code()).isZero();
    assertThat(Files.readAllBytes(folder.resolve(NAME))).isEqualTo(content);
    assertThat(storage.requests()).hasSize(before);

    environment.put("HF_HUB_OFFLINE", "1");
    Path other = home.resolve("offline");
    Run offline = run(NAME, "--to", other.toString());
    assertThat(offline.out())
        .isEqualTo(sha256 + "  " + other.resolve(NAME) + System.lineSeparator());
  }

  @Test
  void anUnknownNameListsTheKnownOnes() {
    assertRefused(run("var_d17.pth"), "one of vae_ch160v4096z32.pth, var_d16.pth", "--repo");
  }

  @Test
  void withoutNamesThePublishedFilesAreListed() {
    run("var_d20.pth");

    Run run = run();

    assertThat(run.code()).isZero();
    assertThat(run.out().lines()).hasSize(6);
    assertThat(run.out().lines().filter(l -> l.endsWith("[in the cache]")))
        .singleElement()
        .asString()
        .startsWith("var_d20.pth");
  }

  @Test
  void verboseShowsWhere() {
    hub.answer(r -> new Answer(404));

    assertThat(run(NAME, "--verbose").err()).contains("\tat io.nextscale");
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
}
