package io.nextscale.cli.download;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way out of a closed network: the JDK's own settings ({@code -Dhttps.proxyHost} and the like)
 * where there are any, otherwise the environment variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and
 * NO_PROXY, in capitals or not.
 */
final class Proxies {

  private Proxies() {}

  /** The selector for these variables; empty when no proxy is named or the JDK has its own. */
  static Optional<ProxySelector> selector(Map<String, String> environment)
      throws DownloadException {
    for (String property :
        List.of("http.proxyHost", "https.proxyHost", "java.net.useSystemProxies")) {
      if (System.getProperty(property) != null) {
        return Optional.empty();
      }
    }
    URI https = proxy(environment, "https_proxy");
    URI http = proxy(environment, "http_proxy");
    if (https == null && http == null) {
      return Optional.empty();
    }
    return Optional.of(new FromEnvironment(https, http, exceptions(environment)));
  }

  /** Name and password, where a proxy's address holds them. */
  static Optional<Authenticator> authenticator(Map<String, String> environment)
      throws DownloadException {
    for (String name : List.of("https_proxy", "http_proxy")) {
      URI proxy = proxy(environment, name);
      if (proxy != null && proxy.getRawUserInfo() != null) {
        String[] parts = proxy.getRawUserInfo().split(":", 2);
        String user = URLDecoder.decode(parts[0], StandardCharsets.UTF_8);
        String password =
            parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
        return Optional.of(
            new Authenticator() {
              @Override
              protected @Nullable PasswordAuthentication getPasswordAuthentication() {
                return getRequestorType() == RequestorType.PROXY
                    ? new PasswordAuthentication(user, password.toCharArray())
                    : null;
              }
            });
      }
    }
    return Optional.empty();
  }

  private static @Nullable String variable(Map<String, String> environment, String name) {
    String value = environment.get(name);
    if (value == null || value.isBlank()) {
      value = environment.get(name.toUpperCase(Locale.ROOT));
    }
    return value == null || value.isBlank() ? null : value.strip();
  }

  private static @Nullable URI proxy(Map<String, String> environment, String name)
      throws DownloadException {
    String text = variable(environment, name);
    if (text == null) {
      text = variable(environment, "all_proxy");
    }
    if (text == null) {
      return null;
    }
    try {
      URI uri = URI.create(text.contains("://") ? text : "http://" + text);
      if (uri.getHost() != null && "http".equalsIgnoreCase(uri.getScheme())) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // the same complaint as for other kinds of proxies; never the text, which may hold a password
    }
    throw new DownloadException(
        name.toUpperCase(Locale.ROOT),
        "the address of an HTTP proxy, such as http://proxy:3128",
        "another address",
        "correct or unset it");
  }

  private static List<String> exceptions(Map<String, String> environment) {
    String text = variable(environment, "no_proxy");
    if (text == null) {
      return List.of();
    }
    return List.of(text.toLowerCase(Locale.ROOT).split("[\\s,]+"));
  }

  private static final class FromEnvironment extends ProxySelector {

    private final @Nullable URI https;
    private final @Nullable URI http;
    private final List<String> exceptions;

    FromEnvironment(@Nullable URI https, @Nullable URI http, List<String> exceptions) {
      this.https = https;
      this.http = http;
      this.exceptions = exceptions;
    }

    @Override
    public List<Proxy> select(URI uri) {
      URI proxy = "https".equalsIgnoreCase(uri.getScheme()) ? https : http;
      if (proxy == null || isExcepted(uri)) {
        return List.of(Proxy.NO_PROXY);
      }
      int port = proxy.getPort() < 0 ? 80 : proxy.getPort();
      return List.of(
          new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.getHost(), port)));
    }

    /** {@code no_proxy} lists hosts; each also stands for the hosts under it, and * for all. */
    private boolean isExcepted(URI uri) {
      String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
      for (String entry : exceptions) {
        String name = entry.startsWith(".") ? entry.substring(1) : entry;
        if (entry.equals("*")
            || host.equals(name)
            || !name.isEmpty() && host.endsWith("." + name)
            || (host + ":" + uri.getPort()).equals(name)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
      // the request itself fails with the reason
    }
  }
}
