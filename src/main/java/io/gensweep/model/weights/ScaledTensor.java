package io.gensweep.model.weights;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * F8_E4M3 weights of which each tile of a matrix shares a scale: a number is its 8 bits times the
 * scale, rounded once to the type that it is read as.
 *
 * @param scales [tiles down, tiles across] of each matrix, one matrix after another
 * @param tile rows and columns of a tile; those at the end of a matrix may be smaller
 */
record ScaledTensor(FileTensor weight, StoredTensor scales, Tile tile, ElementType type)
    implements StoredTensor {
  @Override
  public String name() {
    return weight.name();
  }

  @Override
  public Path file() {
    return weight.file();
  }

  @Override
  public List<Integer> shape() {
    return weight.shape();
  }

  @Override
  public Mapping stored(int from, int to) {
    Objects.checkFromToIndex(from, to, rowCount());
    Mapping read = Mapping.ofMemory((to - from) * rowBytes());
    if (from == to) {
      return read;
    }
    int firstScales = scaleRow(from);
    try (Mapping stored = weight.undecoded(from, to);
        Mapping tiles = scales.stored(firstScales, scaleRow(to - 1) + 1)) {
      IntStream.range(from, to)
          .parallel()
          .forEach(
              row ->
                  decode(
                      stored.bytes(),
                      row - from,
                      tiles.bytes(),
                      (scaleRow(row) - firstScales) * scales.rowSize(),
                      read.bytes()));
    }
    return read;
  }

  /** Which row of scales a row of the weight has. */
  private int scaleRow(int row) {
    int rows = shape().get(shape().size() - 2);
    return (row / rows) * tile.down(rows) + (row % rows) / tile.rows();
  }

  private void decode(
      ByteBuffer stored, int row, ByteBuffer tiles, int firstScale, ByteBuffer read) {
    int width = rowSize();
    for (int from = 0; from < width; from += tile.columns()) {
      float scale = scales.type().get(tiles, firstScale + from / tile.columns());
      int to = Math.min(width, from + tile.columns());
      for (int i = row * width + from; i < row * width + to; i++) {
        type.put(read, i, SmallFloat.F8_E4M3.value(stored.get(i)) * scale);
      }
    }
  }

  /** Rows and columns that share a scale. */
  record Tile(int rows, int columns) {
    /** Tiles that a matrix of so many rows has from top to bottom. */
    int down(int matrixRows) {
      return (matrixRows - 1) / rows + 1;
    }

    int across(int matrixColumns) {
      return (matrixColumns - 1) / columns + 1;
    }
  }
}
