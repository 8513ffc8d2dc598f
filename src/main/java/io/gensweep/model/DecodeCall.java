package io.gensweep.model;

import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.kv.KvSequence;
import java.util.List;

/** The index tensors of one decode step; the program's text says what each holds. */
final class DecodeCall {
  private DecodeCall() {}

  /** The sequences have already advanced to the position that this step writes. */
  static ProgramCall of(int lane, List<DecodeRow> batch) {
    int rows = batch.size();
    long[] ids = new long[rows];
    long[] positions = new long[rows];
    long[] blocks = new long[rows];
    long[] offsets = new long[rows];
    long[] starts = new long[rows];
    int entries = 0;
    for (int row = 0; row < rows; row++) {
      KvSequence kv = batch.get(row).kv();
      int position = kv.length() - 1;
      ids[row] = batch.get(row).tokenId();
      positions[row] = position;
      blocks[row] = kv.block(position / BlockPool.BLOCK);
      offsets[row] = position % BlockPool.BLOCK;
      starts[row] = entries;
      entries += BlockPool.blocksFor(kv.length());
    }
    long[] table = new long[entries];
    long[] owners = new long[entries];
    for (int row = 0; row < rows; row++) {
      KvSequence kv = batch.get(row).kv();
      for (int i = 0; i < BlockPool.blocksFor(kv.length()); i++) {
        table[(int) starts[row] + i] = kv.block(i);
        owners[(int) starts[row] + i] = row;
      }
    }
    return ProgramCall.of(
        "decode",
        ProgramCall.number(lane),
        ProgramCall.longs(ids),
        ProgramCall.longs(positions),
        ProgramCall.longs(blocks),
        ProgramCall.longs(offsets),
        ProgramCall.longs(table),
        ProgramCall.longs(owners),
        ProgramCall.longs(starts),
        ProgramCall.floats(firstTemperatures(batch)));
  }

  /** Empty where no row asks for more than the log-sum-exp at temperature 1. */
  private static float[] firstTemperatures(List<DecodeRow> batch) {
    float[] temperatures = new float[batch.size()];
    boolean any = false;
    for (int row = 0; row < temperatures.length; row++) {
      List<Float> wanted = batch.get(row).temperatures();
      temperatures[row] = wanted.isEmpty() ? 1 : wanted.get(0);
      any |= temperatures[row] != 1;
    }
    return any ? temperatures : new float[0];
  }
}
