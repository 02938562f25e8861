package io.nextscale.cli.download;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.cli.download.TestServer.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is asked, with which token, over which proxy; and what happens without a network. */
class DownloadNetworkTest extends DownloadStage {

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
    assertThat(run.err()).contains("no connection to").contains("using the cached copy");
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

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
