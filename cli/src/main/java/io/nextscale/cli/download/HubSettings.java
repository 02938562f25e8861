package io.nextscale.cli.download;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the Hub and its local cache are, by the environment variables that Hugging Face's own tools
 * read: HF_ENDPOINT, HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME, HF_TOKEN, HF_HUB_OFFLINE and
 * HF_HUB_DOWNLOAD_TIMEOUT.
 *
 * @param endpoint without a slash at the end
 * @param cache the folder with {@code models--ORG--NAME}
 * @param token sent to the endpoint's host and nowhere else
 * @param offline whether to leave the network alone
 * @param patience how long a server may stay silent
 * @see <a
 *     href="https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables">
 *     Environment variables</a>
 */
record HubSettings(
    URI endpoint, Path cache, Optional<String> token, boolean offline, Duration patience) {

  private static final String PUBLIC_ENDPOINT = "https://huggingface.co";

  /** Servers of weights are sometimes slow to find a file. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

  static HubSettings of(Map<String, String> environment, Path home) throws DownloadException {
    return new HubSettings(
        endpoint(value(environment, "HF_ENDPOINT").orElse(PUBLIC_ENDPOINT)),
        cache(environment, home),
        token(environment),
        TRUE.contains(value(environment, "HF_HUB_OFFLINE").orElse("").toUpperCase(Locale.ROOT)),
        patience(environment));
  }

  private static Optional<String> value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  private static URI endpoint(String text) throws DownloadException {
    String trimmed = text.replaceFirst("/+$", "");
    try {
      URI uri = URI.create(trimmed);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (web && uri.getHost() != null && uri.getRawQuery() == null && uri.getFragment() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // the same complaint as for addresses of other kinds
    }
    throw new DownloadException(
        "HF_ENDPOINT", "an address such as " + PUBLIC_ENDPOINT, text, "correct or unset it");
  }

  private static Path cache(Map<String, String> environment, Path home) throws DownloadException {
    for (String name : new String[] {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
      Optional<String> cache = value(environment, name);
      if (cache.isPresent()) {
        return path(name, cache.get(), home);
      }
    }
    Optional<String> hub = value(environment, "HF_HOME");
    if (hub.isPresent()) {
      return path("HF_HOME", hub.get(), home).resolve("hub");
    }
    Optional<String> caches = value(environment, "XDG_CACHE_HOME");
    Path all =
        caches.isPresent()
            ? path("XDG_CACHE_HOME", caches.get(), home)
            : home.resolve(".cache").toAbsolutePath();
    return all.resolve("huggingface").resolve("hub");
  }

  private static Path path(String name, String text, Path home) throws DownloadException {
    try {
      Path path = text.startsWith("~/") ? home.resolve(text.substring(2)) : Path.of(text);
      return path.toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new DownloadException(name, "a folder", text, "correct or unset it").because(e);
    }
  }

  private static Optional<String> token(Map<String, String> environment) throws DownloadException {
    Optional<String> token = value(environment, "HF_TOKEN");
    if (token.isPresent() && !token.get().chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new DownloadException(
          "HF_TOKEN",
          "one word of ASCII characters",
          "spaces or other characters in it", // never the token itself
          "copy the token again");
    }
    return token;
  }

  private static Duration patience(Map<String, String> environment) throws DownloadException {
    Optional<String> seconds = value(environment, "HF_HUB_DOWNLOAD_TIMEOUT");
    if (seconds.isEmpty()) {
      return PATIENCE;
    }
    try {
      int value = Integer.parseInt(seconds.get());
      if (value > 0) {
        return Duration.ofSeconds(value);
      }
    } catch (NumberFormatException e) {
      // the same complaint as for zero
    }
    throw new DownloadException(
        "HF_HUB_DOWNLOAD_TIMEOUT", "whole seconds", seconds.get(), "correct or unset it");
  }
}
