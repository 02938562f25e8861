package io.nextscale.cli.download;

import io.nextscale.cli.terminal.ProgressBar;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Brings one file over: into an incomplete file beside its place, resumed as often as needed,
 * checked against the Hub's hash, and only then renamed.
 *
 * <p>Every byte that arrived is in the incomplete file before the next is asked for, so whatever
 * ends the process, the next run goes on from there. A lock keeps a second run from writing to it.
 */
final class Transfer {

  /** Failures without progress in between before giving up. */
  private static final int RETRIES = 5;

  /** What counts as progress. */
  private static final long PROGRESS_BYTES = 1 << 20;

  /** Room that is left to others on the disk. */
  private static final long SPARE_BYTES = 64L << 20;

  private static final int BUFFER_BYTES = 1 << 16;

  /** Locks of files belong to processes; these are for the threads of this one. */
  private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private final HubClient client;
  private final HubFile file;
  private final HubClient.RemoteFile remote;
  private final Place place;
  private final Conditions conditions;
  private final Progress progress;
  private final Checksum checksum;
  private @Nullable String tag; // of the bytes so far, by the server that sent them
  private boolean pieced; // whether the bytes came in more than one answer

  /** Where a file goes. */
  interface Place {

    /** Holds the bytes so far, on the file system of the place itself. */
    Path incomplete();

    /** A file that exists to be locked. */
    Path lock();

    /** Whether the file is there, complete. */
    boolean isThere() throws IOException;

    /** Puts the incomplete file, which is complete now, into its place. */
    void accept() throws IOException;
  }

  /**
   * What a transfer depends on beside the network.
   *
   * @param freeBytes of the file system that holds a folder
   * @param pause after a first failure; doubled with each further one
   */
  record Conditions(FreeBytes freeBytes, Duration pause) {

    @FunctionalInterface
    interface FreeBytes {
      long at(Path folder) throws IOException;
    }

    static Conditions ofThisMachine() {
      return new Conditions(
          folder -> Files.getFileStore(folder).getUsableSpace(), Duration.ofSeconds(1));
    }
  }

  Transfer(
      HubClient client,
      HubFile file,
      HubClient.RemoteFile remote,
      Place place,
      Conditions conditions,
      Progress progress) {
    this.client = client;
    this.file = file;
    this.remote = remote;
    this.place = place;
    this.conditions = conditions;
    this.progress = progress;
    this.checksum = new Checksum(remote.etag(), remote.size());
  }

  /**
   * Transfers the file unless another run completed it meanwhile.
   *
   * @return the hash of the bytes, or null when the file was there once the lock was taken
   */
  Checksum.@Nullable Result run() throws IOException, InterruptedException {
    ReentrantLock threads = THREADS.computeIfAbsent(place.lock(), p -> new ReentrantLock());
    if (!threads.tryLock()) {
      noteWait();
      threads.lockInterruptibly();
    }
    try {
      Files.createDirectories(HubCache.folder(place.lock()));
      try (FileChannel channel =
              FileChannel.open(place.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = lock(channel)) {
        assert lock.isValid();
        return place.isThere() ? null : underLock();
      }
    } finally {
      threads.unlock();
    }
  }

  private FileLock lock(FileChannel channel) throws IOException, InterruptedException {
    FileLock lock = channel.tryLock();
    if (lock == null) {
      noteWait();
    }
    while (lock == null) {
      Thread.sleep(200);
      lock = channel.tryLock();
    }
    return lock;
  }

  private void noteWait() {
    progress.note("download " + file.name() + ": another download of it is under way; waiting");
  }

  private Checksum.Result underLock() throws IOException, InterruptedException {
    Files.createDirectories(HubCache.folder(place.incomplete()));
    try (FileChannel out =
        FileChannel.open(
            place.incomplete(),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      Checksum.Result result = complete(out);
      out.force(true);
      place.accept();
      return result;
    } finally {
      if (Files.exists(place.incomplete()) && Files.size(place.incomplete()) == 0) {
        Files.delete(place.incomplete());
      }
    }
  }

  private Checksum.Result complete(FileChannel out) throws IOException, InterruptedException {
    takeUp(out);
    while (true) {
      receive(out);
      Checksum.Result result = checksum.finish();
      if (result.matches()) {
        return result;
      }
      boolean wasPieced = pieced;
      restart(out);
      if (!wasPieced) {
        throw new DownloadException(
            file.name(),
            "bytes with hash " + result.expected(),
            result.found(),
            "they were altered on the way: try again, or check HF_ENDPOINT and your proxy");
      }
      progress.note("download " + file.name() + ": the pieces have a wrong hash; starting afresh");
    }
  }

  /** Hashes what an earlier run left. */
  private void takeUp(FileChannel out) throws IOException {
    long have = out.size();
    if (remote.size() >= 0 && have > remote.size()) {
      restart(out);
      return;
    }
    byte[] buffer = new byte[BUFFER_BYTES];
    ByteBuffer view = ByteBuffer.wrap(buffer);
    out.position(0);
    for (int n = out.read(view); n >= 0; n = out.read(view.clear())) {
      checksum.update(buffer, n);
    }
    pieced = have > 0;
  }

  private void restart(FileChannel out) throws IOException {
    out.truncate(0);
    out.position(0);
    checksum.restart();
    tag = null;
    pieced = false;
  }

  /** All bytes, over as many connections as it takes. */
  private void receive(FileChannel out) throws IOException, InterruptedException {
    checkSpace();
    progress.start(file.fileName(), checksum.bytes(), remote.size());
    try {
      int failures = 0;
      while (remote.size() < 0 || checksum.bytes() < remote.size()) {
        long before = checksum.bytes();
        try {
          receiveOnce(out);
          if (remote.size() < 0) {
            return; // the end of the answer is all there is to tell
          }
        } catch (BrokenOffException e) {
          failures = checksum.bytes() - before >= PROGRESS_BYTES ? 1 : failures + 1;
          pause(e, failures);
        }
      }
    } finally {
      progress.end();
    }
  }

  private void pause(BrokenOffException e, int failures)
      throws DownloadException, InterruptedException {
    if (failures > RETRIES) {
      throw new DownloadException(
              file.name(),
              "all bytes",
              e.getMessage() + ", " + RETRIES + " times in a row",
              "what arrived is kept: run the same command again to go on")
          .because(e);
    }
    Duration wait = e.serverWait().orElse(conditions.pause.multipliedBy(1L << (failures - 1)));
    progress.note(
        "download %s: %s; going on in %d s (%d of %d)"
            .formatted(file.name(), e.getMessage(), wait.toSeconds(), failures, RETRIES));
    Thread.sleep(wait);
  }

  private void receiveOnce(FileChannel out) throws IOException, InterruptedException {
    long from = checksum.bytes();
    try (HubClient.Body body = client.open(file, remote.commit(), from, tag)) {
      long size = remote.size();
      if (body.status() == 416
          || body.status() == 206 && (body.start() != from || isOther(body.total(), size))) {
        restart(out);
        throw new BrokenOffException("another part of the file than asked for");
      }
      if (body.status() == 200) {
        if (isOther(body.total(), size)) {
          throw new BrokenOffException(
              "an answer of " + body.total() + " bytes instead of " + size);
        }
        if (from > 0) {
          progress.note("download " + file.name() + ": the server cannot resume; starting afresh");
        }
        restart(out);
      }
      pieced = from > 0 && body.status() == 206;
      tag = body.etag();
      copy(body, out);
    }
  }

  private static boolean isOther(long total, long size) {
    return total >= 0 && size >= 0 && total != size;
  }

  private void copy(HubClient.Body body, FileChannel out) throws IOException, InterruptedException {
    byte[] buffer = new byte[BUFFER_BYTES];
    out.position(checksum.bytes());
    for (int n = body.content().read(buffer); n >= 0; n = body.content().read(buffer)) {
      if (remote.size() >= 0 && checksum.bytes() + n > remote.size()) {
        restart(out);
        throw new BrokenOffException("more bytes than the file has");
      }
      write(out, buffer, n);
      checksum.update(buffer, n);
      progress.to(checksum.bytes());
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
    if (remote.size() >= 0 && checksum.bytes() < remote.size()) {
      throw new BrokenOffException("the end of the answer before that of the file");
    }
  }

  private void write(FileChannel out, byte[] buffer, int n)
      throws IOException, InterruptedException {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    } catch (ClosedByInterruptException e) {
      throw new InterruptedException();
    } catch (IOException e) {
      throw new DownloadException(
              file.name(),
              "room in " + HubCache.folder(place.incomplete()),
              String.valueOf(e.getMessage()),
              "free some, or choose another disk with HF_HUB_CACHE or --to; what arrived is kept")
          .because(e);
    }
  }

  private void checkSpace() throws IOException {
    long missing = remote.size() - checksum.bytes();
    if (remote.size() < 0 || missing <= 0) {
      return;
    }
    Path folder = HubCache.folder(place.incomplete());
    long free = conditions.freeBytes.at(folder);
    if (free < missing + SPARE_BYTES) {
      throw new DownloadException(
          file.name(),
          ProgressBar.size(missing) + " in " + folder,
          ProgressBar.size(free) + " free",
          "free some, or choose another disk with HF_HUB_CACHE or --to");
    }
  }
}
