package io.gensweep.model.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Plain Java. What the header of a safetensors file says of one tensor, of any type and rank.
 *
 * @param type as the header spells it
 * @param offset first byte in the file
 */
record TensorEntry(String name, Path file, String type, List<Long> shape, long offset, long bytes)
    implements NamedTensor {
  /** Whole numbers up to here survive in JSON of every language. */
  private static final long MOST = 1L << 53;

  private static final Map<String, Integer> BITS =
      Map.ofEntries(
          Map.entry("F4", 4),
          Map.entry("F6_E2M3", 6),
          Map.entry("F6_E3M2", 6),
          Map.entry("BOOL", 8),
          Map.entry("U8", 8),
          Map.entry("I8", 8),
          Map.entry("F8_E5M2", 8),
          Map.entry("F8_E4M3", 8),
          Map.entry("F8_E8M0", 8),
          Map.entry("F8_E4M3FNUZ", 8),
          Map.entry("F8_E5M2FNUZ", 8),
          Map.entry("I16", 16),
          Map.entry("U16", 16),
          Map.entry("F16", 16),
          Map.entry("BF16", 16),
          Map.entry("I32", 32),
          Map.entry("U32", 32),
          Map.entry("F32", 32),
          Map.entry("F64", 64),
          Map.entry("I64", 64),
          Map.entry("U64", 64),
          Map.entry("C64", 64));

  TensorEntry {
    shape = List.copyOf(shape);
  }

  /**
   * Reads an entry of the header.
   *
   * @param base where the file's tensors begin
   * @param size of the file
   */
  static TensorEntry of(Path file, String name, JsonNode entry, long base, long size) {
    String at = "model.path: " + file + ": tensor " + JsonFile.shown(name);
    JsonNode offsets = entry.path("data_offsets");
    if (!entry.path("dtype").isTextual()
        || !entry.path("shape").isArray()
        || offsets.size() != 2
        || !isCount(offsets.get(0))
        || !isCount(offsets.get(1))) {
      throw new JobError(
          at
              + " must have a dtype, a shape and two data_offsets from 0 to 2^53, was "
              + JsonFile.shown(entry));
    }
    List<Long> shape = shape(at, entry.path("shape"));
    long start = offsets.get(0).longValue();
    long end = offsets.get(1).longValue();
    if (end > size - base) {
      throw new JobError(
          "model.path: "
              + file
              + " is truncated: tensor "
              + JsonFile.shown(name)
              + " ends at byte "
              + (base + end)
              + " and the file has "
              + size
              + "; copy it again");
    }
    String type = entry.path("dtype").textValue();
    TensorEntry found = new TensorEntry(name, file, type, shape, base + start, end - start);
    if (end < start || !found.fits()) {
      throw new JobError(
          at + " has offsets that do not fit its shape " + shape + " of " + JsonFile.shown(type));
    }
    return found;
  }

  private static List<Long> shape(String at, JsonNode sizes) {
    List<Long> shape = new ArrayList<>();
    for (JsonNode size : sizes) {
      if (!isCount(size)) {
        throw new JobError(
            at
                + " must have a shape of whole numbers from 0 to 2^53, was "
                + JsonFile.shown(sizes));
      }
      shape.add(size.longValue());
    }
    return shape;
  }

  private static boolean isCount(JsonNode value) {
    return value.isIntegralNumber()
        && value.canConvertToLong()
        && value.longValue() >= 0
        && value.longValue() <= MOST;
  }

  @Override
  public StoredTensor open() {
    Encoding encoding =
        ElementType.of(type)
            .orElseThrow(
                () ->
                    new JobError(
                        "model.path: "
                            + file
                            + ": tensor "
                            + name
                            + " has dtype "
                            + JsonFile.shown(type)
                            + "; supported for weights: F32, BF16, F16, F64"));
    return open(encoding);
  }

  /** The tensor in an encoding that the one who asks knows it to have. */
  FileTensor open(Encoding encoding) {
    return new FileTensor(
        name, file, encoding, shape.stream().map(Math::toIntExact).toList(), offset);
  }

  /** Whether it is as long as its elements. Of a type that is not known nothing is known. */
  private boolean fits() {
    Integer bits = BITS.get(type);
    if (bits == null) {
      return true;
    }
    if (shape.contains(0L)) {
      return bytes == 0;
    }
    long total = bits;
    for (long size : shape) {
      if (size > MOST / total) {
        return false;
      }
      total *= size;
    }
    return total % 8 == 0 && total / 8 == bytes;
  }
}
