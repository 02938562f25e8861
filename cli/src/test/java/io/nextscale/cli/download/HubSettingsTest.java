package io.nextscale.cli.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubSettingsTest {

  @TempDir Path home;

  private final Map<String, String> environment = new HashMap<>();

  @Test
  void theCacheIsWhereTheHubsOwnToolsKeepIt() throws DownloadException {
    assertThat(HubSettings.of(environment, home).cache())
        .isEqualTo(home.resolve(".cache/huggingface/hub"));
    environment.put("XDG_CACHE_HOME", "~/caches");
    assertThat(HubSettings.of(environment, home).cache())
        .isEqualTo(home.resolve("caches/huggingface/hub"));
    environment.put("HF_HOME", home.resolve("hf").toString());
    assertThat(HubSettings.of(environment, home).cache()).isEqualTo(home.resolve("hf/hub"));
    environment.put("HUGGINGFACE_HUB_CACHE", home.resolve("old").toString());
    assertThat(HubSettings.of(environment, home).cache()).isEqualTo(home.resolve("old"));
    environment.put("HF_HUB_CACHE", home.resolve("new").toString());
    assertThat(HubSettings.of(environment, home).cache()).isEqualTo(home.resolve("new"));
  }

  @Test
  void anEmptyVariableIsAsGoodAsNone() throws DownloadException {
    environment.putAll(
        Map.of("HF_ENDPOINT", "", "HF_TOKEN", "\n", "HF_HUB_OFFLINE", "", "HF_HOME", " "));
    HubSettings settings = HubSettings.of(environment, home);

    assertThat(settings.endpoint()).hasHost("huggingface.co").hasScheme("https");
    assertThat(settings.token()).isEmpty();
    assertThat(settings.offline()).isFalse();
    assertThat(settings.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
  }

  @Test
  void aMirrorMayEndInASlashAndHaveAPath() throws DownloadException {
    environment.put("HF_ENDPOINT", "https://mirror.example/hub/");

    assertThat(HubSettings.of(environment, home).endpoint())
        .hasToString("https://mirror.example/hub");
  }

  @Test
  void offlineIsOffForOtherWords() throws DownloadException {
    environment.put("HF_HUB_OFFLINE", "0");

    assertThat(HubSettings.of(environment, home).offline()).isFalse();
  }
}
