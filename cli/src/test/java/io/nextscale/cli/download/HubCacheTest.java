package io.nextscale.cli.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubCacheTest {

  private static final int PUBLISHERS = 8;
  private static final int ROUNDS = 50;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void publishersOfTheSameFileDoNotDisturbEachOther(boolean linked) throws Exception {
    HubCache.Links links = linked ? HubCache.Links::ofFileSystem : (link, target, blob) -> false;
    HubCache cache = new HubCache(folder);
    String commit = "c".repeat(40);
    try (ExecutorService pool = Executors.newFixedThreadPool(PUBLISHERS)) {
      for (int round = 0; round < ROUNDS; round++) {
        HubFile file = HubFile.of("organisation/repository", "main", "file" + round);
        String etag = "e" + round;
        Path blob = cache.blob(file, etag);
        Files.createDirectories(HubCache.folder(blob));
        Files.writeString(blob, "bytes");
        CyclicBarrier start = new CyclicBarrier(PUBLISHERS);
        Callable<Path> publish =
            () -> {
              start.await();
              return cache.publish(file, commit, etag, links);
            };
        List<Future<Path>> published = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
          published.add(pool.submit(publish));
        }
        for (Future<Path> pointer : published) {
          assertThat(pointer.get()).hasContent("bytes");
        }
        assertThat(cache.atRevision(file)).isPresent();
      }
    }
    try (Stream<Path> left = Files.walk(folder)) {
      assertThat(left.filter(p -> p.toString().endsWith(".new"))).isEmpty();
    }
  }
}
