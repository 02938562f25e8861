package io.nextscale.cli.download;

import java.util.regex.Pattern;

/**
 * A file of a repository: its address is {@code ENDPOINT/REPO/resolve/REVISION/NAME}.
 *
 * @param repo organisation and repository, such as {@code FoundationVision/var}
 * @param revision a branch, a tag or a commit
 * @param name the path inside the repository, with slashes
 */
record HubFile(String repo, String revision, String name) {

  private static final Pattern PART = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /**
   * Every part becomes a name in the cache, so none may climb out of it.
   *
   * @throws DownloadException when a part has other characters than letters, digits, dots, dashes
   *     and underscores
   */
  static HubFile of(String repo, String revision, String name) throws DownloadException {
    if (repo.split("/", -1).length != 2 || !isPath(repo)) {
      throw new DownloadException(
          name, "a repository as ORG/NAME", repo, "give one such as --repo FoundationVision/var");
    }
    if (!isPath(revision)) {
      throw new DownloadException(
          name, "a branch, tag or commit", revision, "give one such as --revision main");
    }
    if (!isPath(name)) {
      throw new DownloadException(
          name, "the name of a file in the repository", name, "give one such as var_d16.pth");
    }
    return new HubFile(repo, revision, name);
  }

  private static boolean isPath(String path) {
    for (String part : path.split("/", -1)) {
      if (!PART.matcher(part).matches()) {
        return false;
      }
    }
    return true;
  }

  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  /** The last part of the name. */
  String fileName() {
    return name.substring(name.lastIndexOf('/') + 1);
  }
}
