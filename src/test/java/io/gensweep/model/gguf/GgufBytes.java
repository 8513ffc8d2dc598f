package io.gensweep.model.gguf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bytes of a GGUF file that no converter would write, one after another. */
@SuppressWarnings("EnumOrdinal") // the ordinals are the numbers of the format
final class GgufBytes {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** A file of version 3 with so many tensors and keys. */
  static GgufBytes of(long tensors, long keys) {
    return new GgufBytes().ascii("GGUF").int32(3).int64(tensors).int64(keys);
  }

  GgufBytes ascii(String text) {
    bytes.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  GgufBytes int8(int value) {
    bytes.write(value);
    return this;
  }

  GgufBytes int32(int value) {
    bytes.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    return this;
  }

  GgufBytes int64(long value) {
    bytes.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    return this;
  }

  GgufBytes text(String text) {
    return int64(text.length()).ascii(text);
  }

  GgufBytes count(String key, int value) {
    return text(key).int32(ValueType.UINT32.ordinal()).int32(value);
  }

  GgufBytes tensor(String name, int type, long offset, long... sizes) {
    text(name).int32(sizes.length);
    for (long size : sizes) {
      int64(size);
    }
    return int32(type).int64(offset);
  }

  /** Fills up to a multiple of the alignment, and adds so many bytes. */
  GgufBytes data(int alignment, int count) {
    bytes.writeBytes(new byte[(alignment - bytes.size() % alignment) % alignment + count]);
    return this;
  }

  Path in(Path folder) {
    try {
      return Files.write(folder.resolve("x.gguf"), bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
