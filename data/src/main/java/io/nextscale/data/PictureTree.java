package io.nextscale.data;

import io.nextscale.image.ImageFile;
import io.nextscale.image.ImageFormatException;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Pictures that are files of their own: below a folder or in an archive, found by walking or named
 * by a list.
 *
 * <p>Walking, the first folder below the top is the class, however deep a picture lies in it;
 * classes are numbered in alphabetical order, pictures in that of their paths, as torchvision's
 * ImageFolder does.
 */
final class PictureTree implements PictureSource {

  /** The largest file of a picture; several are in memory while they are decoded. */
  static final int MAX_PICTURE_BYTES = 64 << 20;

  /** The largest file of captions beside a picture. */
  static final int MAX_CAPTION_BYTES = 1 << 20;

  private static final Set<String> EXTENSIONS = Set.of("png", "jpg", "jpeg");

  /**
   * A picture that is there, or is said to be.
   *
   * @param file its path from the top of the tree
   * @param captions from a list; a file of captions beside it is read with the picture
   */
  record Item(String file, int label, List<String> captions) {}

  private final FileTree tree;
  private final String what;
  private final List<Item> items;
  private final List<String> classes;
  private final boolean captioned;

  private PictureTree(
      FileTree tree, String what, List<Item> items, List<String> classes, boolean captioned) {
    this.tree = tree;
    this.what = what;
    this.items = items;
    this.classes = classes;
    this.captioned = captioned;
  }

  /**
   * The pictures of a part of a tree.
   *
   * @param part a folder at the top or a list {@code part.jsonl} there; null: {@code train} when
   *     that is there, else everything
   * @throws FileFormatException when there is no such part, there are no pictures in it, or several
   *     lists
   */
  static PictureTree open(FileTree tree, @Nullable String part) throws IOException {
    List<String> names = tree.names().stream().filter(name -> !hidden(name)).toList();
    String base = wrapper(names);
    if (part != null && !has(names, base + part)) {
      throw new FileFormatException(
          tree.source(),
          "a folder '" + FileFormatException.quote(part) + "' at the top",
          folders(names, base),
          "name one of these, or none to take all pictures");
    }
    String chosen = part != null ? part : has(names, base + "train") ? "train" : "";
    if (names.contains(base + chosen + ".jsonl")) {
      return listed(tree, base + chosen + ".jsonl", base);
    }
    String top = base + (chosen.isEmpty() ? "" : chosen + "/");
    List<String> lists = names.stream().filter(name -> isListIn(name, top)).toList();
    if (lists.size() > 1) {
      throw new FileFormatException(
          tree.source(), "one list of captions", String.join(", ", lists), "open one of the lists");
    }
    return lists.isEmpty() ? walked(tree, names, top) : listed(tree, lists.getFirst(), top);
  }

  /**
   * The folder that only holds the others, as of an archive of one folder: every picture and list
   * is below it, and in it is a list, or several folders and no picture. "" when there is none.
   */
  private static String wrapper(List<String> names) {
    List<String> relevant =
        names.stream().filter(name -> isPicture(name) || name.endsWith(".jsonl")).toList();
    TreeSet<String> outer = new TreeSet<>();
    relevant.forEach(name -> outer.add(category(name, "")));
    if (outer.size() != 1 || outer.first().isEmpty()) {
      return "";
    }
    String folder = outer.first() + "/";
    TreeSet<String> inner = new TreeSet<>();
    relevant.forEach(name -> inner.add(category(name, folder)));
    boolean lists = relevant.stream().anyMatch(name -> isListIn(name, folder));
    return lists || (inner.size() > 1 && !inner.contains("")) ? folder : "";
  }

  private static boolean isListIn(String name, String folder) {
    return name.startsWith(folder)
        && name.endsWith(".jsonl")
        && name.indexOf('/', folder.length()) < 0;
  }

  /** The pictures that a list names, relative to the folder {@code top} of the tree. */
  static PictureTree listed(FileTree tree, String list, String top) throws IOException {
    List<CaptionList.Line> lines = CaptionList.read(tree, list);
    List<String> classes =
        List.copyOf(
            new TreeSet<>(
                lines.stream().map(CaptionList.Line::category).filter(c -> !c.isEmpty()).toList()));
    List<Item> items = new ArrayList<>(lines.size());
    boolean found = false;
    for (CaptionList.Line line : lines) {
      String file = top + line.image();
      int label = line.category().isEmpty() ? Picture.UNLABELLED : index(classes, line.category());
      items.add(new Item(file, label, line.captions()));
      found |= index(tree.names(), file) >= 0;
    }
    if (!found) {
      throw new FileFormatException(
          tree.full(list),
          "names of pictures relative to the folder of the list",
          items.isEmpty()
              ? "an empty list"
              : "none that is there; the first is "
                  + FileFormatException.quote(lines.getFirst().image()),
          "put the list beside the pictures");
    }
    return new PictureTree(tree, tree.full(list), items, classes, true);
  }

  private static PictureTree walked(FileTree tree, List<String> names, String top)
      throws FileFormatException {
    List<String> files =
        names.stream().filter(name -> name.startsWith(top) && isPicture(name)).toList();
    TreeSet<String> folders = new TreeSet<>();
    files.forEach(file -> folders.add(category(file, top)));
    folders.remove("");
    List<String> classes = List.copyOf(folders);
    List<Item> items = new ArrayList<>(files.size());
    boolean captioned = false;
    for (String file : files) {
      String category = category(file, top);
      int label = category.isEmpty() ? Picture.UNLABELLED : index(classes, category);
      items.add(new Item(file, label, List.of()));
      captioned |= index(tree.names(), captionFile(file)) >= 0;
    }
    String what = top.isEmpty() ? tree.source() : tree.full(top.substring(0, top.length() - 1));
    if (items.isEmpty()) {
      throw new FileFormatException(
          what,
          "pictures .png, .jpg or .jpeg, in one folder per class or with captions beside them",
          names.size() + " files, no picture among them",
          "see docs/data.md for the forms that are read");
    }
    return new PictureTree(tree, what, items, classes, captioned);
  }

  /** Whether a part is there: a folder, or a list of that name. */
  private static boolean has(List<String> names, String part) {
    return names.stream()
        .anyMatch(name -> name.startsWith(part + "/") || name.equals(part + ".jsonl"));
  }

  private static String folders(List<String> names, String base) {
    TreeSet<String> folders = new TreeSet<>();
    names.stream()
        .filter(name -> name.startsWith(base))
        .forEach(name -> folders.add(category(name, base)));
    folders.remove("");
    return folders.isEmpty()
        ? "no folders"
        : "the folders " + FileFormatException.quote(String.join(", ", folders));
  }

  /** The first folder of a path below {@code top}, or "". */
  private static String category(String name, String top) {
    int end = name.indexOf('/', top.length());
    return end < 0 ? "" : name.substring(top.length(), end);
  }

  private static boolean isPicture(String name) {
    return EXTENSIONS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
  }

  /** What systems put beside the files of a person. */
  private static boolean hidden(String name) {
    return name.startsWith(".") || name.contains("/.") || name.startsWith("__MACOSX/");
  }

  private static String captionFile(String picture) {
    int dot = picture.lastIndexOf('.');
    return (dot < picture.lastIndexOf('/') + 1 ? picture : picture.substring(0, dot)) + ".txt";
  }

  private static int index(List<String> sorted, String name) {
    return Collections.binarySearch(sorted, name);
  }

  @Override
  public long size() {
    return items.size();
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public String name(long index) {
    return item(index).file();
  }

  private Item item(long index) {
    return items.get((int) Objects.checkIndex(index, (long) items.size()));
  }

  @Override
  public Picture get(long index) throws IOException {
    Item item = item(index);
    String file = item.file();
    if (index(tree.names(), file) < 0) {
      throw new FileFormatException(
          tree.full(file), "the picture that the list names", "no such file");
    }
    RgbImage image;
    try {
      image = ImageFile.read(tree.read(file, MAX_PICTURE_BYTES));
    } catch (ImageFormatException e) {
      throw new FileFormatException("read " + tree.full(file) + ": " + e.getMessage());
    }
    return new Picture(file, image, item.label(), captions(item));
  }

  private List<String> captions(Item item) throws IOException {
    if (!item.captions().isEmpty()) {
      return item.captions();
    }
    String beside = captionFile(item.file());
    return index(tree.names(), beside) < 0
        ? List.of()
        : CaptionList.lines(tree.full(beside), tree.read(beside, MAX_CAPTION_BYTES));
  }

  @Override
  public String describe() {
    return what
        + ": "
        + items.size()
        + " pictures"
        + (classes.isEmpty() ? "" : " in " + classes.size() + " classes")
        + (captioned ? ", with captions" : "");
  }

  @Override
  public void close() throws IOException {
    tree.close();
  }
}
