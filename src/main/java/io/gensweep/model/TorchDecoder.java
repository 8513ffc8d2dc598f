package io.gensweep.model;

import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import io.gensweep.sampling.Candidates;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Executor, one per JVM and device. Runs the decoder program: flattens what a batch has in each
 * lane into a few index tensors, one call a step and lane, and reads the best tokens of each row
 * back. Not thread-safe.
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
  private final ProgramThreads threads;
  private final ModelShape shape;
  private final KvCache cache;

  // By lane; no lane is computed by two threads at a time.
  private final List<Predictor<ProgramCall, ByteBuffer>> predictors;
  private final int[] allocatedBlocks;

  /** The threads are the decoder's from here on. */
  TorchDecoder(
      ZooModel<ProgramCall, ByteBuffer> model,
      ProgramThreads threads,
      ModelShape shape,
      KvCache cache) {
    this.model = model;
    this.threads = threads;
    this.shape = shape;
    this.cache = cache;
    this.predictors = Stream.generate(model::newPredictor).limit(cache.lanes()).toList();
    this.allocatedBlocks = new int[cache.lanes()];
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
    var unused = threads.inLanes(batch, prefill -> prefill.kv().lane(), this::fill);
  }

  @Override
  public List<TokenLogprobs> score(List<Scoring> batch) {
    return threads.inLanes(batch, scoring -> scoring.kv().lane(), this::score);
  }

  @Override
  public List<Candidates> decode(List<DecodeRow> batch) {
    return threads.inLanes(batch, row -> row.kv().lane(), this::decode);
  }

  private List<Prefill> fill(int lane, List<Prefill> items) {
    fill(lane, items, i -> Integer.MAX_VALUE, found -> {});
    return items;
  }

  private List<TokenLogprobs> score(int lane, List<Scoring> items) {
    int rows = items.stream().mapToInt(s -> s.tokenIds().length - s.from()).sum();
    DoubleBuffer all = DoubleBuffer.allocate(3 * rows);
    fill(
        lane,
        items.stream().map(Scoring::prefill).toList(),
        i -> items.get(i).from() - 1,
        found -> all.put(found.asDoubleBuffer()));
    all.flip();
    return items.stream()
        .map(scoring -> TokenLogprobs.read(all, scoring.tokenIds().length - scoring.from()))
        .toList();
  }

  /**
   * Cuts prompts into spans and runs them.
   *
   * @param ask the first position of a prompt that is asked for what follows it
   * @param found gets what the program says of those, in the order of the prompts
   */
  private void fill(
      int lane, List<Prefill> prompts, IntUnaryOperator ask, Consumer<ByteBuffer> found) {
    PrefillSpans spans = new PrefillSpans();
    for (int i = 0; i < prompts.size(); i++) {
      Prefill prefill = prompts.get(i);
      KvSequence kv = prefill.kv();
      int start = kv.length();
      kv.advance(prefill.count() - start);
      while (start < prefill.count()) {
        int end = Math.min(prefill.count(), (start / CALL_TOKENS + 1) * CALL_TOKENS);
        if (spans.tokens() + end - start > CALL_TOKENS) {
          run(lane, spans, found);
          spans = new PrefillSpans();
        }
        spans.add(kv, prefill.tokenIds(), start, end, ask.applyAsInt(i));
        start = end;
      }
    }
    if (spans.tokens() > 0) {
      run(lane, spans, found);
    }
  }

  private void run(int lane, PrefillSpans spans, Consumer<ByteBuffer> found) {
    ByteBuffer said = call(lane, spans.call(lane));
    if (spans.asks()) {
      found.accept(said);
    }
  }

  private List<Candidates> decode(int lane, List<DecodeRow> rows) {
    rows.forEach(row -> row.kv().advance(1));
    DoubleBuffer best = call(lane, DecodeCall.of(lane, rows)).asDoubleBuffer();
    int width = best.remaining() / rows.size();
    List<Candidates> candidates = new ArrayList<>(rows.size());
    for (int row = 0; row < rows.size(); row++) {
      double[] values = new double[width];
      best.get(values);
      int index = row;
      candidates.add(new DecodedRow(values, shape.vocabSize(), () -> wholeRow(lane, index)));
    }
    return candidates;
  }

  private float[] wholeRow(int lane, int row) {
    float[] logits = new float[shape.vocabSize()];
    threads
        .whole(
            () ->
                call(
                    lane,
                    ProgramCall.of(
                        "whole_row",
                        ProgramCall.number(lane),
                        ProgramCall.longs(new long[] {row}))))
        .asFloatBuffer()
        .get(logits);
    return logits;
  }

  @Override
  public void copyPrefix(KvSequence from, KvSequence to, int tokens) {
    to.advance(tokens - to.length());
    int blocks = KvCache.blocksFor(tokens);
    if (blocks > 0) {
      ProgramCall copy =
          ProgramCall.of(
              "copy_blocks",
              ProgramCall.number(from.lane()),
              ProgramCall.longs(numbers(from, blocks)),
              ProgramCall.number(to.lane()),
              ProgramCall.longs(numbers(to, blocks)));
      var unused = threads.whole(() -> call(to.lane(), copy));
    }
  }

  private static long[] numbers(KvSequence kv, int blocks) {
    return IntStream.range(0, blocks).mapToLong(kv::block).toArray();
  }

  private ByteBuffer call(int lane, ProgramCall call) {
    try {
      allocate(lane);
      return predictors.get(lane).predict(call);
    } catch (TranslateException | EngineException e) {
      String message = "the decoder failed in " + call.method() + ": " + e.getMessage();
      throw isOutOfMemory(message)
          ? new DeviceMemoryException(message, e)
          : new DeviceException(message, e);
    } catch (OutOfMemoryError e) {
      // What goes in and out has buffers outside the heap.
      throw new DeviceMemoryException(
          "the decoder failed in " + call.method() + ": " + e.getMessage(), e);
    }
  }

  /** The device's part of a lane's cache grows with the blocks handed out, and at least doubles. */
  private void allocate(int lane) throws TranslateException {
    int needed = cache.highWater(lane);
    if (needed > allocatedBlocks[lane]) {
      int share = cache.capacityTokens() / KvCache.BLOCK / cache.lanes();
      int wanted = Math.max(needed, Math.min(2 * allocatedBlocks[lane], share));
      var unused =
          predictors
              .get(lane)
              .predict(
                  ProgramCall.of("grow", ProgramCall.number(lane), ProgramCall.number(wanted)));
      allocatedBlocks[lane] = wanted;
    }
  }

  @Override
  public void close() {
    threads.close();
    predictors.forEach(Predictor::close);
    DecoderLoader.close(model);
  }

  /** As libtorch's allocators say it: DefaultCPUAllocator and CUDACachingAllocator. */
  static boolean isOutOfMemory(String message) {
    return message.contains("not enough memory")
        || message.contains("can't allocate memory")
        || message.contains("out of memory");
  }
}
