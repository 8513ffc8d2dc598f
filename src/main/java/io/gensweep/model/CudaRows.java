package io.gensweep.model;

import io.gensweep.model.cuda.StepInput;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.kv.KvSequence;
import java.util.List;

/**
 * The rows of a decode step as a GPU takes them: ids, positions, first entries in the table of
 * blocks and inverse temperatures, each a section, then the table. Rows that fill up a batch write
 * to a block that no sequence has.
 */
final class CudaRows {
  private CudaRows() {}

  /**
   * What goes to the card; the sequences have already advanced to the position that this step
   * writes.
   *
   * @param padded rows of the step, at least those of the batch
   * @param spare block that no sequence has
   */
  static int[] input(List<DecodeRow> batch, int padded, int spare) {
    int section = CudaNumbers.aligned(padded);
    int entries = batch.stream().mapToInt(row -> BlockPool.blocksFor(row.kv().length())).sum();
    int[] input = new int[4 * section + entries + 1];
    int entry = 0;
    for (int row = 0; row < padded; row++) {
      float inverse = 1;
      input[2 * section + row] = entries;
      if (row < batch.size()) {
        DecodeRow asked = batch.get(row);
        KvSequence kv = asked.kv();
        input[row] = asked.tokenId();
        input[section + row] = kv.length() - 1;
        input[2 * section + row] = entry;
        int held = BlockPool.blocksFor(kv.length());
        for (int i = kv.firstBlock(0); i < held; i++) {
          input[4 * section + entry + i] = kv.block(0, i);
        }
        entry += held;
        inverse = asked.temperatures().isEmpty() ? 1 : 1 / asked.temperatures().get(0);
      }
      input[3 * section + row] = Float.floatToRawIntBits(inverse);
    }
    input[4 * section + entries] = spare;
    return input;
  }

  /** Where the sections of so many rows lie on the card. */
  static StepInput at(CudaMemory memory, int padded) {
    long bytes = (long) CudaNumbers.aligned(padded) * Integer.BYTES;
    long at = memory.input();
    return new StepInput(
        at, at + bytes, at + 2 * bytes, at + 4 * bytes, memory.rowNumbers(), at + 3 * bytes);
  }
}
