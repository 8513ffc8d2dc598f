package io.gensweep.model;

import io.gensweep.model.cuda.DecoderLaunches;
import io.gensweep.model.cuda.StepOutput;
import io.gensweep.model.kv.BlockPool;
import java.util.Arrays;

/**
 * Executor, one per GPU. Memory of the card that steps read their input from and leave their result
 * in.
 *
 * @param rows that have logits at once
 * @param rowNumbers 0, 1, 2 and so on, one for each row of logits
 * @param ones of float32, one for each row
 */
record CudaMemory(int rows, long input, long output, long rowNumbers, long ones) {
  /** Sections of a prefill that have a number, or in tiles four, for each token. */
  private static final int NUMBERS_OF_TOKEN = 12;

  static CudaMemory allocate(CudaProgram program, int rows, int maxModelLen) {
    long entries =
        Math.max(CudaPrefill.CALL_ENTRIES, (long) rows * BlockPool.blocksFor(maxModelLen));
    long tokens = Math.max(CudaDecoder.CALL_TOKENS, rows);
    int[] numbers = new int[rows];
    Arrays.setAll(numbers, i -> i);
    int[] ones = new int[rows];
    Arrays.fill(ones, Float.floatToRawIntBits(1));
    CudaMemory memory =
        new CudaMemory(
            rows,
            program.allocate((NUMBERS_OF_TOKEN * tokens + entries + 64) * Integer.BYTES),
            program.allocate(tokens * (2 * DecoderLaunches.BEST + 4) * Float.BYTES),
            program.allocate((long) rows * Integer.BYTES),
            program.allocate((long) rows * Float.BYTES));
    program.write(numbers, memory.rowNumbers);
    program.write(ones, memory.ones);
    return memory;
  }

  /** Where the results of so many rows lie. */
  StepOutput found(int rows) {
    long best = (long) DecoderLaunches.BEST * Float.BYTES;
    return new StepOutput(output, output + rows * best, output + 2L * rows * best);
  }

  /** Bytes of the results of so many rows. */
  static int foundBytes(int rows) {
    return rows * (2 * DecoderLaunches.BEST + 2) * Float.BYTES;
  }
}
