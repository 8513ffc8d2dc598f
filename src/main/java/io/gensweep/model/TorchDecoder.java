package io.gensweep.model;

import ai.djl.engine.EngineException;
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
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;

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
   * Most tokens of one prefill call: enough for the full speed of a product, and so few that its
   * activations stay in the processor's cache. A sequence is prefilled in spans that begin at
   * multiples of it, whatever else is in the batch, so that its KV rows are a function of the
   * prompt alone.
   */
  static final int CALL_TOKENS = 256;

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
    fill(batch, i -> Integer.MAX_VALUE, found -> {});
  }

  @Override
  public List<TokenLogprobs> score(List<Scoring> batch) {
    int rows = batch.stream().mapToInt(s -> s.tokenIds().length - s.from()).sum();
    DoubleBuffer all = DoubleBuffer.allocate(3 * rows);
    fill(
        batch.stream().map(Scoring::prefill).toList(),
        i -> batch.get(i).from() - 1,
        found -> all.put(found.asDoubleBuffer()));
    all.flip();
    List<TokenLogprobs> logprobs = new ArrayList<>(batch.size());
    for (Scoring scoring : batch) {
      logprobs.add(TokenLogprobs.read(all, scoring.tokenIds().length - scoring.from()));
    }
    return logprobs;
  }

  /**
   * Cuts a batch into spans and runs them.
   *
   * @param ask the first position of a prompt that is asked for what follows it
   * @param found gets what the program says of those, in the order of the batch
   */
  private void fill(List<Prefill> batch, IntUnaryOperator ask, Consumer<ByteBuffer> found) {
    PrefillSpans spans = new PrefillSpans();
    for (int i = 0; i < batch.size(); i++) {
      Prefill prefill = batch.get(i);
      KvSequence kv = prefill.kv();
      int start = kv.length();
      kv.advance(prefill.count() - start);
      while (start < prefill.count()) {
        int end = Math.min(prefill.count(), (start / CALL_TOKENS + 1) * CALL_TOKENS);
        if (spans.tokens() + end - start > CALL_TOKENS) {
          run(spans, found);
          spans = new PrefillSpans();
        }
        spans.add(kv, prefill.tokenIds(), start, end, ask.applyAsInt(i));
        start = end;
      }
    }
    if (spans.tokens() > 0) {
      run(spans, found);
    }
  }

  private void run(PrefillSpans spans, Consumer<ByteBuffer> found) {
    ByteBuffer said = call(spans.call());
    if (spans.asks()) {
      found.accept(said);
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
      int wanted = Math.min(most, Math.max(cache.highWater(), 2 * allocatedBlocks));
      try (IValue blocks = IValue.from((long) wanted)) {
        IValueUtils.runMethod((PtSymbolBlock) model.getBlock(), "grow", blocks).close();
      }
      allocatedBlocks = wanted;
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
    try {
      allocate();
      return predictor.predict(call);
    } catch (TranslateException | EngineException e) {
      String message = "the decoder failed in " + call.method() + ": " + e.getMessage();
      throw isOutOfMemory(message)
          ? new DeviceMemoryException(message, e)
          : new IllegalStateException(message, e);
    }
  }

  /** As libtorch's allocators say it: DefaultCPUAllocator and CUDACachingAllocator. */
  static boolean isOutOfMemory(String message) {
    return message.contains("not enough memory")
        || message.contains("can't allocate memory")
        || message.contains("out of memory");
  }
}
