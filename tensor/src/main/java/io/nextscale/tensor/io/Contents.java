package io.nextscale.tensor.io;

import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * What a parser finds in a file.
 *
 * @param tensors by full name, in the order of the file
 * @param metadata the text that a safetensors header carries
 * @param values everything of a checkpoint that is not a tensor
 * @param groups the full names of the dictionaries in a checkpoint
 */
record Contents(
    TensorFile.Format format,
    SequencedMap<String, Stored> tensors,
    Map<String, String> metadata,
    Json.Obj values,
    SequencedSet<String> groups) {

  /** Shared weights are listed once per name: a few copies are ordinary. */
  private static final long REPEATED = 8;

  /** Small files may hold broadcast views of a few numbers. */
  private static final long REPEATED_BYTES = 64L << 20;

  /**
   * Checks that the tensors, written out, are not much larger than the file: an expanded view of
   * one number may claim any extents.
   */
  void checkSizes(String source, long fileSize) throws FileFormatException {
    long budget = REPEATED_BYTES + REPEATED * fileSize;
    long total = 0;
    for (Map.Entry<String, Stored> tensor : tensors.entrySet()) {
      Stored stored = tensor.getValue();
      long elements = Stored.elements(source, tensor.getKey(), stored.extents());
      if (elements > (budget - total) / stored.type().sizeBytes()) {
        throw new FileFormatException(
            source,
            "tensors that repeat the " + fileSize + " bytes of the file a few times at most",
            "more than "
                + budget
                + " bytes, with '"
                + FileFormatException.quote(tensor.getKey())
                + "' "
                + List.copyOf(stored.extents())
                + " "
                + stored.type(),
            "call .contiguous() on expanded tensors before saving");
      }
      total += elements * stored.type().sizeBytes();
    }
  }
}
