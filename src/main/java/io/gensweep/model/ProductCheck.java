package io.gensweep.model;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * Executor, once for each decoder on a CPU. Finds on the model's own weights what a row's bits do
 * not depend on: how many rows a product may have, and whether a lane may compute it.
 */
record ProductCheck(PtSymbolBlock program, NDManager root, ProgramThreads threads) {
  /** The program takes the largest within which a row's bits do not depend on their number. */
  private static final long[] ROWS = {16, 64, TorchDecoder.CALL_TOKENS};

  /**
   * Tells the program how many rows a product may have.
   *
   * @param lanes that are wanted
   * @return as many, if a lane's products have the bits of those of all threads; else 1
   */
  int settle(int lanes) {
    long rows = productRows(ROWS);
    if (lanes == 1) {
      return 1;
    }
    long[] upTo = LongStream.of(ROWS).filter(count -> count <= rows).toArray();
    long inLane = threads.inLane(() -> productRows(upTo));
    Supplier<ByteBuffer> sample = () -> sample(inLane);
    if (sample.get().equals(threads.inLane(sample))) {
      return lanes;
    }
    productRows(ROWS);
    return 1;
  }

  private long productRows(long[] counts) {
    try (IValue from = IValue.listFrom(counts);
        IValue rows = IValueUtils.runMethod(program, "set_product_rows", from)) {
      return rows.toLong();
    }
  }

  private ByteBuffer sample(long rows) {
    try (NDManager manager = root.newSubManager();
        IValue count = IValue.from(rows);
        IValue sample = IValueUtils.runMethod(program, "sample_products", count)) {
      return sample.toTensor((PtNDManager) manager).toByteBuffer();
    }
  }
}
