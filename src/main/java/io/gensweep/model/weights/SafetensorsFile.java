package io.gensweep.model.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plain Java. The header of one safetensors file: 8 bytes of length, JSON, then the tensors' bytes.
 * It is checked as the format asks, for tensors that no one needs too: the tensors cover the file
 * without gap or overlap, and each is as long as its shape and type say. So a truncated download is
 * found before any weight is read.
 *
 * <p>Format: the README of the safetensors project.
 */
final class SafetensorsFile {
  private static final String METADATA = "__metadata__";

  private SafetensorsFile() {}

  static Map<String, TensorEntry> read(Path file) {
    JsonFile.requireRegular(file);
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      readFully(channel, length, 0);
      long headerSize = size < 8 ? -1 : length.getLong(0);
      if (headerSize < 2 || headerSize > size - 8) {
        throw wrong(
            file, " is not a safetensors file or is truncated (" + size + " bytes); copy it again");
      }
      if (headerSize > JsonFile.MOST_BYTES) {
        throw wrong(
            file, " has a header of " + headerSize + " bytes; at most " + JsonFile.MOST_BYTES);
      }
      ByteBuffer header = ByteBuffer.allocate((int) headerSize);
      readFully(channel, header, 8);
      return entries(file, text(file, header.flip()), 8 + headerSize, size);
    } catch (IOException e) {
      throw new JobError("model.path: cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static String text(Path file, ByteBuffer header) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(header).toString();
    } catch (CharacterCodingException e) {
      throw new JobError("model.path: " + file + " has a header that is not UTF-8", e);
    }
  }

  private static Map<String, TensorEntry> entries(Path file, String header, long base, long size) {
    Map<String, TensorEntry> found = new LinkedHashMap<>();
    JsonNode tensors = JsonFile.object(header, "model.path: the header of " + file);
    for (var entry : tensors.properties()) {
      if (!entry.getKey().equals(METADATA)) {
        found.put(
            entry.getKey(), TensorEntry.of(file, entry.getKey(), entry.getValue(), base, size));
      }
    }
    requireCovered(file, found, base, size);
    return found;
  }

  /** Each tensor begins where the one before it ends, and the last ends with the file. */
  private static void requireCovered(
      Path file, Map<String, TensorEntry> tensors, long base, long size) {
    List<TensorEntry> inOrder =
        tensors.values().stream()
            .sorted(Comparator.comparingLong(TensorEntry::offset).thenComparing(TensorEntry::bytes))
            .toList();
    long end = base;
    for (TensorEntry tensor : inOrder) {
      if (tensor.offset() != end) {
        throw wrong(
            file,
            ": tensor "
                + tensor.name()
                + " begins at byte "
                + tensor.offset()
                + " and the one before it ends at "
                + end
                + "; tensors must follow each other");
      }
      end += tensor.bytes();
    }
    if (end != size) {
      throw wrong(file, ": its tensors end at byte " + end + " and the file has " + size);
    }
  }

  private static JobError wrong(Path file, String what) {
    return new JobError("model.path: " + file + what);
  }

  private static void readFully(FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    while (buffer.hasRemaining()) {
      int n = channel.read(buffer, position + buffer.position());
      if (n < 0) {
        return;
      }
    }
  }
}
