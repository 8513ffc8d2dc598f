package io.gensweep.model;

import ai.djl.inference.Predictor;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import io.gensweep.sampling.Candidates;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Executor, one per JVM and device. Runs the decoder program: flattens a batch into a few index
 * tensors, one call a step, and reads the best tokens of each row back. Not thread-safe.
 */
final class TorchDecoder implements ModelRunner {
  /**
   * Candidates a row: enough for the usual top-k of 50 with its ties, and few enough to copy at
   * every step.
   */
  static final int BEST = 64;

  /**
   * A sequence is prefilled in spans that begin at multiples of this many tokens, whatever else is
   * in the batch, so that its KV rows are a function of the prompt alone.
   */
  private static final int SPAN = 512;

  /** Tokens of one prefill call; bounds the memory of its activations. */
  private static final int CALL_TOKENS = 2048;

  private final ZooModel<ProgramCall, ByteBuffer> model;
  private final Predictor<ProgramCall, ByteBuffer> predictor;
  private final ModelShape shape;
  private final KvCache cache;
  private int allocatedBlocks;

  TorchDecoder(ZooModel<ProgramCall, ByteBuffer> model, ModelShape shape, KvCache cache) {
    this.model = model;
    this.predictor = model.newPredictor();
    this.shape = shape;
    this.cache = cache;
  }

  @Override
  public ModelShape shape() {
    return shape;
  }

  @Override
  public KvCache cache() {
    return cache;
  }

  @Override
  public void prefill(List<Prefill> batch) {
    PrefillSpans spans = new PrefillSpans();
    for (Prefill prefill : batch) {
      KvSequence kv = prefill.kv();
      int start = kv.length();
      kv.advance(prefill.count() - start);
      while (start < prefill.count()) {
        int end = Math.min(prefill.count(), (start / SPAN + 1) * SPAN);
        spans.add(kv, prefill.tokenIds(), start, end);
        if (spans.tokens() >= CALL_TOKENS) {
          call(spans.call());
          spans = new PrefillSpans();
        }
        start = end;
      }
    }
    if (spans.tokens() > 0) {
      call(spans.call());
    }
  }

  @Override
  public List<Candidates> decode(List<DecodeRow> batch) {
    batch.forEach(row -> row.kv().advance(1));
    DoubleBuffer best = call(DecodeCall.of(batch)).asDoubleBuffer();
    int rows = batch.size();
    int width = best.remaining() / rows;
    List<Candidates> candidates = new ArrayList<>(rows);
    for (int row = 0; row < rows; row++) {
      double[] values = new double[width];
      best.get(values);
      int index = row;
      candidates.add(new DecodedRow(values, shape.vocabSize(), () -> wholeRow(index)));
    }
    return candidates;
  }

  @Override
  public void copyPrefix(KvSequence from, KvSequence to, int tokens) {
    to.advance(tokens - to.length());
    int blocks = KvCache.blocksFor(tokens);
    if (blocks > 0) {
      call(
          ProgramCall.of(
              "copy_blocks",
              ProgramCall.longs(numbers(from, blocks)),
              ProgramCall.longs(numbers(to, blocks))));
    }
  }

  @Override
  public void close() {
    predictor.close();
    model.close();
  }

  /** The device's part of the cache grows with the blocks handed out, and at least doubles. */
  private void allocate() {
    if (cache.highWater() > allocatedBlocks) {
      int most = cache.capacityTokens() / KvCache.BLOCK;
      allocatedBlocks = Math.min(most, Math.max(cache.highWater(), 2 * allocatedBlocks));
      try (IValue blocks = IValue.from((long) allocatedBlocks)) {
        IValueUtils.runMethod((PtSymbolBlock) model.getBlock(), "grow", blocks).close();
      }
    }
  }

  private float[] wholeRow(int row) {
    float[] logits = new float[shape.vocabSize()];
    call(ProgramCall.of("whole_row", ProgramCall.longs(new long[] {row})))
        .asFloatBuffer()
        .get(logits);
    return logits;
  }

  private static long[] numbers(KvSequence kv, int blocks) {
    long[] numbers = new long[blocks];
    for (int i = 0; i < blocks; i++) {
      numbers[i] = kv.block(i);
    }
    return numbers;
  }

  private ByteBuffer call(ProgramCall call) {
    allocate();
    try {
      return predictor.predict(call);
    } catch (TranslateException e) {
      throw new IllegalStateException(
          "the decoder failed in " + call.method() + ": " + e.getMessage(), e);
    }
  }
}
