package io.gensweep.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.JobError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plain Java. The header of one safetensors file: 8 bytes of length, JSON, then the tensors' bytes.
 * Offsets are checked against the file's size, so a truncated download is found before any weight
 * is read.
 *
 * <p>Format: the README of the safetensors project.
 */
final class SafetensorsFile {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MAX_HEADER = 100_000_000;

  private SafetensorsFile() {}

  static Map<String, StoredTensor> read(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      readFully(channel, length, 0);
      long headerSize = size < 8 ? -1 : length.getLong(0);
      if (headerSize < 2 || headerSize > Math.min(MAX_HEADER, size - 8)) {
        throw new JobError(
            "model.path: "
                + file
                + " is not a safetensors file or is truncated ("
                + size
                + " bytes)");
      }
      ByteBuffer header = ByteBuffer.allocate((int) headerSize);
      readFully(channel, header, 8);
      JsonNode tensors = JSON.readTree(header.array());
      Map<String, StoredTensor> found = new LinkedHashMap<>();
      for (var entry : tensors.properties()) {
        if (!entry.getKey().equals("__metadata__")) {
          found.put(
              entry.getKey(), tensor(file, entry.getKey(), entry.getValue(), 8 + headerSize, size));
        }
      }
      return found;
    } catch (IOException e) {
      throw new JobError("model.path: cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static StoredTensor tensor(Path file, String name, JsonNode entry, long base, long size) {
    List<Integer> shape = new ArrayList<>();
    // What is no int becomes 0, which no dimension may be.
    entry.path("shape").forEach(d -> shape.add(d.canConvertToInt() ? d.asInt() : 0));
    StoredTensor.Type type;
    try {
      type = StoredTensor.Type.valueOf(entry.path("dtype").asText());
    } catch (IllegalArgumentException e) {
      throw new JobError(
          "model.path: "
              + file
              + ": tensor "
              + name
              + " has dtype "
              + entry.path("dtype")
              + "; supported: F32, BF16, F16",
          e);
    }
    long start = entry.path("data_offsets").path(0).asLong(-1);
    long end = entry.path("data_offsets").path(1).asLong(-1);
    StoredTensor tensor = new StoredTensor(name, file, type, shape, base + start);
    if (start < 0 || end - start != tensor.byteSize()) {
      throw new JobError(
          "model.path: "
              + file
              + ": tensor "
              + name
              + " has offsets that do not fit its shape "
              + shape);
    }
    if (end > size - base) {
      throw new JobError(
          "model.path: "
              + file
              + " is truncated: tensor "
              + name
              + " ends at byte "
              + (base + end)
              + " and the file has "
              + size
              + "; copy it again");
    }
    return tensor;
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
