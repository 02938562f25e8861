package io.nextscale.cli.download;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.cli.download.TestServer.Answer;
import io.nextscale.cli.download.TestServer.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Transfers that break, and what is left of them. */
class DownloadResumptionTest extends DownloadStage {

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
    assertThat(run.err()).contains("going on in 0 s (1 of 5)");
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
    assertThat(run.err()).contains("the server cannot resume; starting afresh");
  }

  @Test
  void aDamagedBeginningIsFetchedAgain() throws IOException {
    byte[] damaged = Arrays.copyOf(content, 1_000_000);
    damaged[5] ^= 1;
    leaveIncomplete(damaged);

    Run run = run(NAME);

    assertDownloaded(run);
    assertThat(run.err()).contains("the pieces have a wrong hash; starting afresh");
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
    assertThat(run.err()).contains("no data for 1 s; going on");
  }

  @Test
  void aFolderKeepsABeginningToo() throws IOException {
    Path folder = home.resolve("weights");
    storage.answer(r -> r.from() == 0 ? bytes(r).cutAfter(500_000) : new Answer(500));
    assertRefused(run(NAME, "--to", folder.toString()), "what arrived is kept");

    storage.answer(this::bytes);
    assertThat(run(NAME, "--to", folder.toString()).code()).isZero();
    assertThat(storage.requests().getLast().from()).isGreaterThan(0);
    assertThat(Files.list(folder)).containsExactly(folder.resolve(NAME));
  }
}
