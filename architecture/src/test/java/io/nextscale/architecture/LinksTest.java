package io.nextscale.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Links between the pages of the project, and from them to its files. */
class LinksTest {

  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");

  private static final Pattern HEADING = Pattern.compile("(?m)^#+\\s+(.*)$");

  /** Blocks of code, whose comments would look like headings. */
  private static final Pattern CODE = Pattern.compile("(?s)```.*?```");

  @Test
  void linksOfThePagesLeadSomewhere() throws IOException, InterruptedException {
    List<Path> files = Project.files();
    List<Path> pages = files.stream().filter(file -> file.toString().endsWith(".md")).toList();
    assertThat(pages).hasSizeGreaterThan(10);
    List<String> broken = new ArrayList<>();
    int checked = 0;
    for (Path page : pages) {
      Matcher link = LINK.matcher(Files.readString(page));
      while (link.find()) {
        if (!link.group(1).matches("\\w+:.*")) {
          checked++;
          if (!leads(files, page, link.group(1))) {
            broken.add(Project.root().relativize(page) + ": " + link.group(1));
          }
        }
      }
    }
    assertThat(broken).isEmpty();
    assertThat(checked).isGreaterThan(50);
  }

  private static boolean leads(List<Path> files, Path page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
    boolean there = files.contains(target) || Files.isDirectory(target);
    return there && (parts.length == 1 || anchors(target).contains(parts[1]));
  }

  /** As GitHub names headings: words in lower case, joined by hyphens, without other signs. */
  private static Set<String> anchors(Path page) throws IOException {
    Set<String> anchors = new HashSet<>();
    Matcher heading = HEADING.matcher(CODE.matcher(Files.readString(page)).replaceAll(""));
    while (heading.find()) {
      String words = heading.group(1).strip().toLowerCase(Locale.ROOT);
      anchors.add(words.replaceAll("[^\\p{L}\\p{N}_\\- ]", "").replace(' ', '-'));
    }
    return anchors;
  }

  @Test
  void anchorsAreThoseOfTheHeadings() throws IOException {
    assertThat(anchors(Project.root().resolve("README.md"))).contains("two-commands", "the-house");
  }
}
