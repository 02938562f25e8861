package io.nextscale.cli.download;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.cli.download.TestServer.Answer;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, with what to do about it. */
class DownloadRefusalsTest extends DownloadStage {

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
    assertThat(run.err()).doesNotContain("hf_secret");
  }

  @Test
  void aFullDiskIsNoticedBeforehand() {
    freeBytes = 10 << 20;

    assertRefused(run(NAME), "3.15 MB in ", "; got 10.5 MB free — free some", "--to");
    assertThat(storage.requests()).isEmpty();
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
    assertThat(run.err()).doesNotContain("secret");
  }
}
