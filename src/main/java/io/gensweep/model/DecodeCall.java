package io.gensweep.model;

import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.kv.KvSequence;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The calls of one decode step of a lane; the program's text says what each tensor holds. */
final class DecodeCall {
  private DecodeCall() {}

  /** The sequences have already advanced to the position that this step writes. */
  static ProgramCall of(int lane, int groups, List<DecodeRow> batch) {
    int rows = batch.size();
    long[] ids = new long[rows];
    long[] positions = new long[rows];
    long[] rotations = new long[rows];
    long[] blocks = new long[groups * rows];
    long[] offsets = new long[rows];
    long[] starts = new long[rows];
    int entries = 0;
    for (int row = 0; row < rows; row++) {
      KvSequence kv = batch.get(row).kv();
      int position = kv.length() - 1;
      ids[row] = batch.get(row).tokenId();
      positions[row] = position;
      rotations[row] = kv.rotation(position);
      for (int group = 0; group < groups; group++) {
        blocks[group * rows + row] = kv.block(group, position / BlockPool.BLOCK);
      }
      offsets[row] = position % BlockPool.BLOCK;
      starts[row] = entries;
      entries += BlockPool.blocksFor(kv.length());
    }
    long[] tables = new long[groups * entries];
    long[] owners = new long[entries];
    for (int row = 0; row < rows; row++) {
      KvSequence kv = batch.get(row).kv();
      int held = BlockPool.blocksFor(kv.length());
      for (int group = 0; group < groups; group++) {
        // Those that were let go stay 0: they are not read.
        for (int i = kv.firstBlock(group); i < held; i++) {
          tables[group * entries + (int) starts[row] + i] = kv.block(group, i);
        }
      }
      Arrays.fill(owners, (int) starts[row], (int) starts[row] + held, row);
    }
    return ProgramCall.of(
        "decode",
        ProgramCall.number(lane),
        ProgramCall.longs(ids),
        ProgramCall.longs(positions),
        ProgramCall.longs(blocks, groups, rows),
        ProgramCall.longs(offsets),
        ProgramCall.longs(tables, groups, entries),
        ProgramCall.longs(owners),
        ProgramCall.longs(starts),
        ProgramCall.longs(batch.stream().mapToLong(row -> row.kv().slot()).toArray()),
        ProgramCall.longs(rotations),
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

  /** Asks for log-sum-exps at the temperatures that rows want beyond their first. */
  static Optional<ProgramCall> otherLogSumExps(int lane, List<DecodeRow> rows) {
    RowQuestions.Scaled asked = RowQuestions.Scaled.of(rows);
    return asked.rows().length == 0
        ? Optional.empty()
        : Optional.of(
            ProgramCall.of(
                "scaled_log_sum_exps",
                ProgramCall.number(lane),
                ProgramCall.longs(asked.rows()),
                ProgramCall.floats(asked.temperatures())));
  }

  /** Asks for the logits that rows want by id, one row after the other. */
  static Optional<ProgramCall> lookedUp(int lane, List<DecodeRow> rows) {
    RowQuestions.LookedUp asked = RowQuestions.LookedUp.of(rows);
    return asked.rows().length == 0
        ? Optional.empty()
        : Optional.of(
            ProgramCall.of(
                "gather",
                ProgramCall.number(lane),
                ProgramCall.longs(asked.rows()),
                ProgramCall.longs(asked.ids())));
  }
}
