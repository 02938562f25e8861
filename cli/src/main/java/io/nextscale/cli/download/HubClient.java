package io.nextscale.cli.download;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.ConnectException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Speaks to a Hub: what is behind a name, and its bytes from some position on.
 *
 * <p>Redirects are followed here, not by the JDK, because the token must stay with the endpoint: it
 * is sent to the endpoint's scheme, host and port only, and storage servers never see it. A
 * redirect from https to http is refused.
 */
final class HubClient implements AutoCloseable {

  private static final int MAX_REDIRECTS = 10;

  /** The longest pause that a server may ask for. */
  private static final Duration MAX_WAIT = Duration.ofMinutes(1);

  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** What may be a file name in the cache. */
  private static final Pattern ETAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");

  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

  private final HubSettings settings;
  private final HttpClient http;

  HubClient(HubSettings settings, Map<String, String> environment) throws DownloadException {
    this.settings = settings;
    Optional<ProxySelector> proxies = Proxies.selector(environment);
    Optional<Authenticator> authenticator = Proxies.authenticator(environment);
    if (authenticator.isPresent()) {
      // The JDK sends no password through a tunnel unless told to; here the user named one.
      System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    }
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(
                CONNECT.compareTo(settings.patience()) < 0 ? CONNECT : settings.patience())
            .proxy(proxies.orElseGet(ProxySelector::getDefault));
    authenticator.ifPresent(builder::authenticator);
    this.http = builder.build();
  }

  /**
   * What a name stands for now.
   *
   * @param commit the commit of the revision
   * @param etag the SHA-256 of a large file, the git hash of a small one
   * @param size in bytes, or -1 when the server does not say
   */
  record RemoteFile(String commit, String etag, long size) {}

  /**
   * The answer to a request for bytes.
   *
   * @param status 200 (all bytes), 206 (from {@code start} on) or 416 (no such position)
   * @param total the size of the whole file, or -1
   * @param etag the server's strong tag of these bytes, for the next request
   */
  record Body(int status, long start, long total, @Nullable String etag, Content content)
      implements Closeable {

    @Override
    public void close() {
      content.close();
    }
  }

  /** Asks for commit, hash and size without the bytes. */
  RemoteFile describe(HubFile file) throws IOException, InterruptedException {
    String commit = null;
    URI uri = address(file, file.revision());
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpResponse<Void> response = send(file, request(uri).HEAD(), uri, BodyHandlers.discarding());
      HttpHeaders headers = response.headers();
      if (isEndpoint(uri) && commit == null) {
        commit = headers.firstValue("X-Repo-Commit").orElse(null);
      }
      Optional<String> linked = headers.firstValue("X-Linked-Etag");
      boolean redirect = isRedirect(response.statusCode());
      if (redirect && linked.isEmpty()) {
        uri = target(file, uri, headers);
        continue;
      }
      if (!redirect && response.statusCode() != 200) {
        throw refused(file, uri, response.statusCode(), headers);
      }
      String etag = linked.or(() -> headers.firstValue("ETag")).orElse("");
      OptionalLong size =
          linked.isPresent() ? number(headers, "X-Linked-Size") : number(headers, "Content-Length");
      return new RemoteFile(checked(file, commit), plain(file, etag), size.orElse(-1));
    }
    throw tooManyRedirects(file);
  }

  private static String checked(HubFile file, @Nullable String commit) throws DownloadException {
    if (commit == null || !HubFile.isCommit(commit)) {
      throw new DownloadException(
          file.name(),
          "a Hub that names the commit of each file",
          commit == null ? "an answer without X-Repo-Commit" : "a malformed X-Repo-Commit",
          "check HF_ENDPOINT; a plain web server's files are fetched with another tool");
    }
    return commit;
  }

  /** {@code W/"abc"} is abc. */
  private static String plain(HubFile file, String etag) throws DownloadException {
    String plain = etag.replaceFirst("^W/", "").replace("\"", "");
    if (!ETAG.matcher(plain).matches()) {
      throw new DownloadException(
          file.name(),
          "a Hub that names the hash of each file",
          etag.isEmpty() ? "an answer without ETag" : "a malformed ETag",
          "check HF_ENDPOINT");
    }
    return plain;
  }

  /**
   * Asks for the bytes from {@code from} on.
   *
   * @param commit pins the content, whatever the branch does meanwhile
   * @param ifRange the tag of the bytes that are there already: when they changed, all are sent
   */
  Body open(HubFile file, String commit, long from, @Nullable String ifRange)
      throws IOException, InterruptedException {
    URI uri = address(file, commit);
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpRequest.Builder request = request(uri).GET();
      if (from > 0) {
        request.header("Range", "bytes=" + from + "-");
        if (ifRange != null) {
          request.header("If-Range", ifRange);
        }
      }
      HttpResponse<InputStream> response = send(file, request, uri, BodyHandlers.ofInputStream());
      HttpHeaders headers = response.headers();
      int status = response.statusCode();
      if (status == 200 || status == 206 || status == 416) {
        return body(file, status, headers, response.body());
      }
      response.body().close();
      if (!isRedirect(status)) {
        throw refused(file, uri, status, headers);
      }
      uri = target(file, uri, headers);
    }
    throw tooManyRedirects(file);
  }

  private Body body(HubFile file, int status, HttpHeaders headers, InputStream in)
      throws IOException {
    String tag = headers.firstValue("ETag").filter(t -> t.startsWith("\"")).orElse(null);
    Content content = new Content(in, settings.patience());
    if (status != 206) {
      long total = status == 200 ? number(headers, "Content-Length").orElse(-1) : -1;
      return new Body(status, 0, total, tag, content);
    }
    Matcher range = CONTENT_RANGE.matcher(headers.firstValue("Content-Range").orElse(""));
    if (!range.matches()) {
      content.close();
      throw new BrokenOffException("an answer of one part without saying which");
    }
    long total = range.group(3).equals("*") ? -1 : Long.parseLong(range.group(3));
    return new Body(status, Long.parseLong(range.group(1)), total, tag, content);
  }

  private URI address(HubFile file, String revision) {
    // A slash in a revision (refs/pr/1) is part of its name.
    String encoded = URLEncoder.encode(revision, StandardCharsets.UTF_8);
    return URI.create(
        settings.endpoint() + "/" + file.repo() + "/resolve/" + encoded + "/" + file.name());
  }

  private HttpRequest.Builder request(URI uri) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(settings.patience())
            .header("User-Agent", "nextscale")
            .header("Accept-Encoding", "identity"); // ranges count the file's own bytes
    if (isEndpoint(uri)) {
      settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    }
    return request;
  }

  private <T> HttpResponse<T> send(
      HubFile file, HttpRequest.Builder request, URI uri, HttpResponse.BodyHandler<T> handler)
      throws IOException, InterruptedException {
    try {
      return http.send(request.build(), handler);
    } catch (HttpTimeoutException e) {
      String what = "no answer from " + uri.getHost() + " for " + settings.patience().toSeconds();
      throw new BrokenOffException(what + " s");
    } catch (ConnectException e) {
      throw BrokenOffException.unreachable("no connection to " + uri.getAuthority() + why(e));
    } catch (SSLException e) {
      throw new DownloadException(
              file.name(),
              "a trusted connection to " + uri.getAuthority(),
              String.valueOf(e.getMessage()),
              "add the certificate of your proxy with -Djavax.net.ssl.trustStore, or check the"
                  + " clock of this machine")
          .because(e);
    } catch (IOException e) {
      throw new BrokenOffException(
          "a broken connection to " + uri.getAuthority() + " (" + e.getMessage() + ")");
    }
  }

  private static String why(ConnectException e) {
    if (e.getMessage() != null) {
      return " (" + e.getMessage() + ")";
    }
    // The client hides an unknown name in the cause, without words.
    return e.getCause() == null ? "" : " (unknown host, or no way to it)";
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private URI target(HubFile file, URI from, HttpHeaders headers) throws DownloadException {
    String location = headers.firstValue("Location").orElse("");
    URI target;
    try {
      target = from.resolve(lenient(location));
    } catch (IllegalArgumentException | URISyntaxException e) {
      throw new DownloadException(
          file.name(), "a redirect to an address", "\"" + location + "\"", "check HF_ENDPOINT");
    }
    boolean web = "http".equals(target.getScheme()) || "https".equals(target.getScheme());
    if (!web || target.getHost() == null) {
      throw new DownloadException(
          file.name(), "a redirect to a web address", target.toString(), "check HF_ENDPOINT");
    }
    if ("https".equals(from.getScheme()) && "http".equals(target.getScheme())) {
      throw new DownloadException(
          file.name(),
          "redirects that stay encrypted",
          "one to http://" + target.getAuthority(),
          "check HF_ENDPOINT and your proxy");
    }
    return target;
  }

  /** Servers put characters into addresses that a URI may not hold; these are encoded. */
  private static URI lenient(String location) throws URISyntaxException {
    StringBuilder clean = new StringBuilder();
    for (byte b : location.getBytes(StandardCharsets.UTF_8)) {
      boolean legal = b > 0x20 && b < 0x7f && "\"<>\\^`{|}".indexOf(b) < 0;
      clean.append(legal ? String.valueOf((char) b) : "%%%02X".formatted(b & 0xff));
    }
    return new URI(clean.toString());
  }

  private boolean isEndpoint(URI uri) {
    URI endpoint = settings.endpoint();
    return endpoint.getScheme().equals(uri.getScheme())
        && endpoint.getHost().equalsIgnoreCase(uri.getHost())
        && port(endpoint) == port(uri);
  }

  private static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return "https".equals(uri.getScheme()) ? 443 : 80;
  }

  private static OptionalLong number(HttpHeaders headers, String name) {
    try {
      OptionalLong value = headers.firstValueAsLong(name);
      return value.isPresent() && value.getAsLong() >= 0 ? value : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static DownloadException tooManyRedirects(HubFile file) {
    return new DownloadException(
        file.name(), "at most " + MAX_REDIRECTS + " redirects", "more", "check HF_ENDPOINT");
  }

  /** The complaint about a status that is no success. */
  private IOException refused(HubFile file, URI uri, int status, HttpHeaders headers) {
    String answer = status + " from " + uri.getAuthority();
    String reason = headers.firstValue("X-Error-Code").orElse("");
    boolean token = settings.token().isPresent();
    String where = settings.endpoint() + "/" + file.repo();
    return switch (status) {
      case 401 ->
          new DownloadException(
              file.name(),
              "access to " + file.repo(),
              answer + " (unauthorised)",
              token
                  ? "the token in HF_TOKEN is not accepted: renew or unset it"
                  : "check the repository's name; a private or gated one needs HF_TOKEN");
      case 403 ->
          new DownloadException(
              file.name(),
              "access to " + file.repo(),
              answer + " (forbidden)",
              token
                  ? "accept the conditions at " + where + ", or use a token that may read it"
                  : "accept the conditions at " + where + " and set HF_TOKEN");
      case 404, 410 ->
          new DownloadException(
              file.name(),
              "a file in revision " + file.revision() + " of " + file.repo(),
              answer + (reason.isEmpty() ? " (not found)" : " (" + reason + ")"),
              switch (reason) {
                case "RepoNotFound" -> "check --repo";
                case "RevisionNotFound" -> "check --revision";
                default -> "check the name; without names, nextscale download lists what there is";
              });
      case 407 ->
          new DownloadException(
              file.name(),
              "a way through the proxy",
              answer + " (proxy authentication required)",
              "put name and password into HTTPS_PROXY, as in http://name:password@proxy:3128");
      case 408, 425, 429, 500, 502, 503, 504 ->
          BrokenOffException.busy(
              answer + (status == 429 ? " (too many requests)" : " (a fault of the server)"),
              retryAfter(headers));
      default ->
          new DownloadException(
              file.name(), "the file", answer, "check HF_ENDPOINT and your proxy, or try later");
    };
  }

  private static Optional<Duration> retryAfter(HttpHeaders headers) {
    OptionalLong seconds = number(headers, "Retry-After");
    return seconds.isEmpty()
        ? Optional.empty()
        : Optional.of(Duration.ofSeconds(Math.min(seconds.getAsLong(), MAX_WAIT.toSeconds())));
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  /** A stream that gives up when the server falls silent. */
  static final class Content implements Closeable {

    private final InputStream in;
    private final Duration patience;
    private final Thread watch;
    private volatile long heard = System.nanoTime();
    private volatile boolean silent;

    Content(InputStream in, Duration patience) {
      this.in = in;
      this.patience = patience;
      this.watch = Thread.ofVirtual().name("download-watch").start(this::watch);
    }

    private void watch() {
      try {
        while (true) {
          long left = patience.toNanos() - (System.nanoTime() - heard);
          if (left <= 0) {
            silent = true;
            in.close(); // the reader gets an exception
            return;
          }
          Thread.sleep(Duration.ofNanos(left));
        }
      } catch (InterruptedException | IOException e) {
        return; // closed
      }
    }

    /**
     * As {@link InputStream#read(byte[])}.
     *
     * @throws BrokenOffException when the connection breaks or the server falls silent
     */
    int read(byte[] buffer) throws BrokenOffException {
      try {
        int n = in.read(buffer);
        heard = System.nanoTime();
        if (silent) {
          throw new IOException("closed");
        }
        return n;
      } catch (IOException e) {
        throw new BrokenOffException(
            silent
                ? "no data for " + patience.toSeconds() + " s"
                : "a broken connection (" + e.getMessage() + ")");
      }
    }

    @Override
    public void close() {
      watch.interrupt();
      try {
        in.close();
      } catch (IOException e) {
        return; // it was to be closed
      }
    }
  }
}
