package io.nextscale.cli.download;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Published weights: finds them on this machine, or fetches them from the Hub.
 *
 * <p>{@link #find(String)} never opens a connection; the command {@code nextscale download} does.
 */
public final class Downloads {

  /** The repository of the official weights. */
  public static final String OFFICIAL_REPO = "FoundationVision/var";

  /**
   * A file of the official weights.
   *
   * @param name in the repository and on the command line
   * @param content what it holds
   */
  public record Published(String name, String content) {}

  /** The official weights, by FoundationVision/VAR README.md. */
  public static final List<Published> PUBLISHED =
      List.of(
          new Published("vae_ch160v4096z32.pth", "the tokenizer, needed by every model"),
          new Published("var_d16.pth", "depth 16, 256 x 256, 310 million parameters"),
          new Published("var_d20.pth", "depth 20, 256 x 256, 600 million parameters"),
          new Published("var_d24.pth", "depth 24, 256 x 256, 1.0 billion parameters"),
          new Published("var_d30.pth", "depth 30, 256 x 256, 2.0 billion parameters"),
          new Published("var_d36.pth", "depth 36, 512 x 512, 2.3 billion parameters"));

  private final HubSettings settings;
  private final Map<String, String> environment;
  private final Transfer.Conditions conditions;
  private final HubCache.Links links;

  Downloads(
      Map<String, String> environment,
      Path home,
      Transfer.Conditions conditions,
      HubCache.Links links)
      throws DownloadException {
    this.environment = environment;
    this.settings = HubSettings.of(environment, home);
    this.conditions = conditions;
    this.links = links;
  }

  private static Downloads ofThisMachine() throws DownloadException {
    return of(System.getenv());
  }

  static Downloads of(Map<String, String> environment) throws DownloadException {
    return new Downloads(
        environment,
        Path.of(System.getProperty("user.home")),
        Transfer.Conditions.ofThisMachine(),
        HubCache.Links::ofFileSystem);
  }

  /**
   * An official file in the cache of this machine, if it was downloaded before, by this program or
   * by another that uses the Hub's cache. Looks at files only.
   *
   * @param name such as {@code var_d16.pth}
   * @throws DownloadException when a variable such as HF_HUB_CACHE holds no path
   */
  public static Optional<Path> find(String name) throws DownloadException {
    for (Published published : PUBLISHED) {
      if (published.name.equals(name)) {
        return ofThisMachine().cached(HubFile.of(OFFICIAL_REPO, "main", name));
      }
    }
    return Optional.empty();
  }

  Optional<Path> cached(HubFile file) {
    return new HubCache(settings.cache()).find(file);
  }

  /**
   * A file that is here now.
   *
   * @param sha256 of its bytes; empty for one in the cache whose hash the Hub does not name so
   * @param state a few words on how it came here
   */
  record Fetched(Path path, String sha256, String state) {}

  /**
   * The file in the cache, fetched when it is not there yet or has changed.
   *
   * @throws DownloadException with the reason and what to do
   */
  Fetched toCache(HubFile file, Progress progress) throws IOException, InterruptedException {
    HubCache cache = new HubCache(settings.cache());
    Optional<Path> known = cache.atRevision(file);
    if (settings.offline()) {
      return offline(file, known);
    }
    try (HubClient client = new HubClient(settings, environment)) {
      HubClient.RemoteFile remote;
      try {
        remote = describe(client, file);
      } catch (BrokenOffException e) {
        if (known.isEmpty()) {
          throw unreachable(file, e);
        }
        progress.note(
            "download " + file.name() + ": " + e.getMessage() + "; using the cached copy");
        return inCache(known.get());
      }
      Path pointer = cache.pointer(file, remote.commit());
      if (Files.isRegularFile(pointer) && isComplete(pointer, remote)) {
        cache.publish(file, remote.commit(), remote.etag(), links); // the revision may have moved
        return new Fetched(pointer, sha256OrEmpty(remote.etag()), "already in the cache");
      }
      Path blob = cache.blob(file, remote.etag());
      if (Files.isRegularFile(blob) && isComplete(blob, remote)) {
        Path published = cache.publish(file, remote.commit(), remote.etag(), links);
        return new Fetched(published, sha256OrEmpty(remote.etag()), "already in the cache");
      }
      Transfer.Place place = new InCache(cache, file, remote, links);
      Checksum.Result result =
          new Transfer(client, file, remote, place, conditions, progress).run();
      Path published = cache.publish(file, remote.commit(), remote.etag(), links);
      return result == null
          ? new Fetched(published, sha256OrEmpty(remote.etag()), "downloaded by another run")
          : new Fetched(published, result.sha256(), state(result));
    }
  }

  /**
   * The file in a folder of the user's, outside the cache.
   *
   * @throws DownloadException with the reason and what to do
   */
  Fetched toFolder(HubFile file, Path folder, Progress progress)
      throws IOException, InterruptedException {
    Path target = folder.toAbsolutePath().normalize().resolve(file.fileName());
    if (settings.offline()) {
      Path known = offline(file, cached(file)).path();
      if (!Files.exists(target)) {
        copy(known, target);
      }
      return new Fetched(target, hashed(target), "copied from the cache");
    }
    try (HubClient client = new HubClient(settings, environment)) {
      HubClient.RemoteFile remote;
      try {
        remote = describe(client, file);
      } catch (BrokenOffException e) {
        throw unreachable(file, e);
      }
      if (Files.exists(target)) {
        return verified(file, target, remote);
      }
      Path blob = new HubCache(settings.cache()).blob(file, remote.etag());
      if (Files.isRegularFile(blob) && isComplete(blob, remote)) {
        copy(blob, target);
        return verified(file, target, remote);
      }
      Transfer.Place place = new InFolder(target, remote);
      Checksum.Result result =
          new Transfer(client, file, remote, place, conditions, progress).run();
      return result == null
          ? verified(file, target, remote)
          : new Fetched(target, result.sha256(), state(result));
    }
  }

  private static HubClient.RemoteFile describe(HubClient client, HubFile file)
      throws IOException, InterruptedException {
    try {
      return client.describe(file);
    } catch (BrokenOffException e) {
      if (e.isUnreachable()) {
        throw e;
      }
      return client.describe(file); // busy servers and dropped connections get a second chance
    }
  }

  private static DownloadException unreachable(HubFile file, BrokenOffException e) {
    return new DownloadException(
            file.name(),
            "an answer from the Hub",
            String.valueOf(e.getMessage()),
            "check the network, HTTPS_PROXY and HF_ENDPOINT, or try later")
        .because(e);
  }

  private Fetched offline(HubFile file, Optional<Path> known) throws DownloadException {
    if (known.isEmpty()) {
      throw new DownloadException(
          file.name(),
          "the file in " + settings.cache() + ", as HF_HUB_OFFLINE is set",
          "no copy there",
          "unset HF_HUB_OFFLINE, or set HF_HUB_CACHE to the folder that has it");
    }
    return inCache(known.get());
  }

  private static Fetched inCache(Path path) {
    try {
      String blob = path.toRealPath().getFileName().toString();
      return new Fetched(path, sha256OrEmpty(blob), "in the cache");
    } catch (IOException e) {
      return new Fetched(path, "", "in the cache");
    }
  }

  private static String sha256OrEmpty(String etag) {
    return Checksum.isSha256(etag) ? etag : "";
  }

  private static boolean isComplete(Path path, HubClient.RemoteFile remote) throws IOException {
    return remote.size() < 0 || Files.size(path) == remote.size();
  }

  private static String state(Checksum.Result result) {
    return result.expected().isEmpty()
        ? "downloaded; the Hub names no hash"
        : "downloaded, verified";
  }

  private static Fetched verified(HubFile file, Path target, HubClient.RemoteFile remote)
      throws IOException {
    Checksum checksum = new Checksum(remote.etag(), remote.size());
    if (Files.isRegularFile(target) && isComplete(target, remote)) {
      checksum.update(target);
      Checksum.Result result = checksum.finish();
      if (result.matches()) {
        return new Fetched(target, result.sha256(), "already there");
      }
    }
    throw new DownloadException(
        file.name(),
        "no other file at " + target,
        "one with other content",
        "move it away, or choose another folder with --to");
  }

  private static String hashed(Path path) throws IOException {
    Checksum checksum = new Checksum("", -1);
    checksum.update(path);
    return checksum.finish().sha256();
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(HubCache.folder(to));
    Path fresh = HubCache.beside(to);
    try {
      Files.copy(from, fresh);
      HubCache.move(fresh, to);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /** In the cache: a blob, and a snapshot's link to it. */
  private record InCache(
      HubCache cache, HubFile file, HubClient.RemoteFile remote, HubCache.Links links)
      implements Transfer.Place {

    @Override
    public Path incomplete() {
      return cache.incomplete(file, remote.etag());
    }

    @Override
    public Path lock() {
      return cache.lock(file, remote.etag());
    }

    @Override
    public boolean isThere() throws IOException {
      Path blob = cache.blob(file, remote.etag());
      Path pointer = cache.pointer(file, remote.commit());
      return Files.isRegularFile(blob) && isComplete(blob, remote)
          || Files.isRegularFile(pointer) && isComplete(pointer, remote);
    }

    @Override
    public void accept() throws IOException {
      HubCache.move(incomplete(), cache.blob(file, remote.etag()));
      cache.publish(file, remote.commit(), remote.etag(), links);
    }
  }

  /** In a folder of the user's, under its own name. */
  private record InFolder(Path target, HubClient.RemoteFile remote) implements Transfer.Place {

    @Override
    public Path incomplete() {
      String tag = remote.etag().substring(0, Math.min(12, remote.etag().length()));
      return target.resolveSibling("." + target.getFileName() + "." + tag + ".incomplete");
    }

    /** Elsewhere, so that it does not lie about in the user's folder. */
    @Override
    public Path lock() {
      Checksum name = new Checksum("", -1);
      byte[] path = target.toString().getBytes(StandardCharsets.UTF_8);
      name.update(path, path.length);
      String user = HexFormat.of().toHexDigits(System.getProperty("user.name", "").hashCode());
      return Path.of(System.getProperty("java.io.tmpdir"))
          .resolve("nextscale-locks-" + user)
          .resolve(name.finish().sha256().substring(0, 32) + ".lock");
    }

    @Override
    public boolean isThere() {
      return Files.exists(target);
    }

    @Override
    public void accept() throws IOException {
      HubCache.move(incomplete(), target);
    }
  }
}
