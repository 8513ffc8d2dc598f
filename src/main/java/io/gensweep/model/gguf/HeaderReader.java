package io.gensweep.model.gguf;

import io.gensweep.job.JobError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads the header of a GGUF file from front to back, little endian, through a buffer. No length in
 * the file is believed before it is known to fit into the rest of the file and of the header.
 */
final class HeaderReader implements AutoCloseable {
  /** Largest header that is read, in bytes; four times that of the largest known vocabulary. */
  static final long MOST_BYTES = 64L << 20;

  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final long size;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  // Of the buffer's first byte in the file.
  private long base;

  HeaderReader(Path file, long position) throws IOException {
    this.file = file;
    this.channel = FileChannel.open(file);
    this.size = channel.size();
    this.base = position;
  }

  /** Bytes in the file. */
  long size() {
    return size;
  }

  /** The byte of the file that is read next. */
  long position() {
    return base + buffer.position();
  }

  byte int8() {
    return fill(1).get();
  }

  short int16() {
    return fill(2).getShort();
  }

  int int32() {
    return fill(4).getInt();
  }

  long int64() {
    return fill(8).getLong();
  }

  /**
   * Reads a number of things that follow.
   *
   * @param leastBytes that each of them takes
   * @param what they are, for the message
   */
  int count(long most, int leastBytes, String what) {
    long count = int64();
    if (count < 0 || count > most || count > left() / leastBytes) {
      throw wrong(
          "says that it has "
              + Long.toUnsignedString(count)
              + " "
              + what
              + ", more than "
              + Math.min(most, left() / leastBytes)
              + ", which is what it has room for; copy it again");
    }
    return (int) count;
  }

  /** Reads a text, which is stored as its length in bytes and UTF-8. */
  String text() {
    byte[] bytes = new byte[count(MOST_BYTES, 1, "bytes in a text")];
    for (int at = 0; at < bytes.length; ) {
      int piece = Math.min(bytes.length - at, BUFFER_BYTES);
      fill(piece).get(bytes, at, piece);
      at += piece;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw wrong("has a text in its header that is not UTF-8, before byte " + position(), e);
    }
  }

  /** Passes over a text. */
  void skipText() {
    skip(count(MOST_BYTES, 1, "bytes in a text"));
  }

  /** Passes over bytes that {@link #count} has found to be there. */
  void skip(long bytes) {
    if (bytes <= buffer.remaining()) {
      buffer.position(buffer.position() + (int) bytes);
    } else {
      base = position() + bytes;
      buffer.limit(0);
    }
  }

  JobError wrong(String what) {
    return new JobError("model.path: " + file + " " + what);
  }

  private JobError wrong(String what, Exception cause) {
    return new JobError("model.path: " + file + " " + what, cause);
  }

  private long left() {
    return Math.max(0, Math.min(size, MOST_BYTES) - position());
  }

  /** The buffer with so many bytes, at most its capacity, from its position on. */
  private ByteBuffer fill(int bytes) {
    if (buffer.remaining() >= bytes) {
      return buffer;
    }
    if (bytes > left()) {
      throw size > MOST_BYTES
          ? wrong("has a header of more than " + MOST_BYTES + " bytes, which is not read")
          : wrong("ends in its header, at byte " + size + "; copy it again");
    }
    base = position();
    buffer.clear();
    try {
      while (buffer.position() < bytes) {
        if (channel.read(buffer, base + buffer.position()) < 0) {
          throw wrong("became shorter while it was read; copy it again");
        }
      }
    } catch (IOException e) {
      throw wrong("cannot be read: " + e.getMessage(), e);
    }
    return buffer.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
