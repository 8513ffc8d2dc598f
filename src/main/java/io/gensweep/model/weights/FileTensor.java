package io.gensweep.model.weights;

import io.gensweep.job.JobError;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A tensor where it lies in a file. One that is stored as it is read is a mapping of the file,
 * without a copy; others are decoded.
 *
 * @param offset first byte in the file
 */
public record FileTensor(
    String name, Path file, Encoding encoding, List<Integer> shape, long offset)
    implements StoredTensor {
  public FileTensor {
    shape = List.copyOf(shape);
  }

  @Override
  public ElementType type() {
    return encoding.readAs();
  }

  @Override
  public Mapping stored(int from, int to) {
    Objects.checkFromToIndex(from, to, rowCount());
    if (encoding == type()) {
      return undecoded(from, to);
    }
    Mapping read = Mapping.ofMemory((to - from) * rowBytes());
    try (Mapping file = undecoded(from, to)) {
      int pieceRows = (int) Math.max(1, (1 << 20) / rowBytes());
      IntStream.rangeClosed(0, (to - from - 1) / pieceRows)
          .parallel()
          .forEach(
              piece ->
                  decode(
                      file, read, piece * pieceRows, Math.min(to - from, (piece + 1) * pieceRows)));
    }
    return read;
  }

  /** Decodes rows, counted from the first one of both. */
  private void decode(Mapping file, Mapping read, int from, int to) {
    long row = encoding.storedBytes(rowSize());
    encoding.decode(
        file.slice(from * row, to * row), read.slice(from * rowBytes(), to * rowBytes()));
  }

  /** Rows {@code [from, to)} as the file has them. */
  Mapping undecoded(int from, int to) {
    long row = encoding.storedBytes(rowSize());
    return map(from * row, (to - from) * row);
  }

  private Mapping map(long from, long length) {
    try (FileChannel channel = FileChannel.open(file)) {
      return new Mapping(
          channel
              .map(FileChannel.MapMode.READ_ONLY, offset + from, length)
              .order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException e) {
      throw new JobError(
          "model.path: cannot read tensor " + name + " from " + file + ": " + e.getMessage(), e);
    }
  }
}
