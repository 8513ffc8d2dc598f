package io.gensweep.model;

import java.util.Arrays;
import java.util.List;

/**
 * Executor. The index tensors of one decode step of a lane; the program's text says what each
 * holds.
 */
final class DecodeCall {
  private DecodeCall() {}

  /** The sequences have already advanced to the position that this step writes. */
  static ProgramCall of(int lane, List<DecodeRow> batch) {
    int rows = batch.size();
    long[] ids = new long[rows];
    long[] positions = new long[rows];
    long[] blocks = new long[rows];
    long[] offsets = new long[rows];
    int width = 0;
    int highest = 0;
    for (int row = 0; row < rows; row++) {
      KvSequence kv = batch.get(row).kv();
      int position = kv.length() - 1;
      ids[row] = batch.get(row).tokenId();
      positions[row] = position;
      blocks[row] = kv.block(position / KvCache.BLOCK);
      offsets[row] = position % KvCache.BLOCK;
      int held = KvCache.blocksFor(kv.length());
      width = Math.max(width, held);
      for (int i = 0; i < held; i++) {
        highest = Math.max(highest, kv.block(i));
      }
    }
    long[] owner = new long[highest + 1];
    long[] filled = new long[highest + 1];
    long[] table = new long[rows * width];
    Arrays.fill(table, -1);
    for (int row = 0; row < rows; row++) {
      KvSequence kv = batch.get(row).kv();
      for (int i = 0; i < KvCache.blocksFor(kv.length()); i++) {
        int block = kv.block(i);
        owner[block] = row;
        filled[block] = Math.min(KvCache.BLOCK, kv.length() - i * KvCache.BLOCK);
        table[row * width + i] = block;
      }
    }
    return ProgramCall.of(
        "decode",
        ProgramCall.number(lane),
        ProgramCall.longs(ids),
        ProgramCall.longs(positions),
        ProgramCall.longs(blocks),
        ProgramCall.longs(offsets),
        ProgramCall.longs(owner),
        ProgramCall.longs(filled),
        ProgramCall.longs(table, rows, width),
        ProgramCall.floats(temperatures(batch)));
  }

  /**
   * Empty where every row is greedy or at temperature 1: the second log-sum-exp is then the first.
   */
  private static float[] temperatures(List<DecodeRow> batch) {
    float[] temperatures = new float[batch.size()];
    boolean any = false;
    for (int row = 0; row < temperatures.length; row++) {
      double t = batch.get(row).temperature();
      temperatures[row] = t == 0 ? 1 : (float) t;
      any |= temperatures[row] != 1;
    }
    return any ? temperatures : new float[0];
  }
}
