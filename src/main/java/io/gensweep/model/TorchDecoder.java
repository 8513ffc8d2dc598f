package io.gensweep.model;

import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import io.gensweep.model.kv.BlockCopy;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.sampling.Candidates;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Executor, one per JVM and device. Runs the decoder program: flattens a batch into a few index
 * tensors, one call a step and lane, and reads the best tokens of each row back. Not thread-safe.
 */
final class TorchDecoder implements ModelRunner {
  /**
   * Candidates a row: enough for the usual top-k of 50 with its ties, and few enough to copy at
   * every step.
   */
  static final int BEST = 64;

  /**
   * Most tokens of one prefill call: enough for the full speed of a product, and so few that its
   * activations stay in the processor's cache. A sequence is prefilled in spans that end at
   * multiples of it, whatever else is in the batch, so that its KV rows are a function of the
   * prompt alone.
   */
  static final int CALL_TOKENS = 256;

  private final ZooModel<ProgramCall, ByteBuffer> model;
  private final ProgramThreads threads;
  private final ModelShape shape;
  private final BlockPool pool;

  /** By lane; no lane is computed by two threads at a time. */
  private final List<Predictor<ProgramCall, ByteBuffer>> predictors;

  private int allocatedBlocks;

  /** The threads are the decoder's from here on. */
  TorchDecoder(
      ZooModel<ProgramCall, ByteBuffer> model,
      ProgramThreads threads,
      ModelShape shape,
      BlockPool pool,
      int lanes) {
    this.model = model;
    this.threads = threads;
    this.shape = shape;
    this.pool = pool;
    this.predictors = Stream.generate(model::newPredictor).limit(lanes).toList();
  }

  @Override
  public ModelShape shape() {
    return shape;
  }

  @Override
  public BlockPool pool() {
    return pool;
  }

  @Override
  public int chunkTokens() {
    return CALL_TOKENS;
  }

  @Override
  public void prefill(List<Prefill> batch) {
    var unused = threads.inLanes(begin(batch), lanes(batch.size()), this::fill);
  }

  @Override
  public List<TokenLogprobs> score(List<Scoring> batch) {
    List<Fill> fills = begin(batch.stream().map(Scoring::prefill).toList());
    List<Asked> asked = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      asked.add(new Asked(fills.get(i), batch.get(i).from() - 1));
    }
    return threads.inLanes(asked, lanes(batch.size()), this::score);
  }

  /** Positions [start, prefill.count()) of a sequence that has advanced to their end. */
  private record Fill(Prefill prefill, int start) {}

  /** A fill whose positions from {@code from} on are asked for what follows them. */
  private record Asked(Fill fill, int from) {}

  private List<Fill> begin(List<Prefill> batch) {
    List<Fill> fills = new ArrayList<>(batch.size());
    for (Prefill prefill : batch) {
      int start = prefill.kv().length();
      prefill.kv().advance(prefill.count() - start);
      fills.add(new Fill(prefill, start));
    }
    prepareBlocks();
    return fills;
  }

  private List<Fill> fill(int lane, List<Fill> fills) {
    fill(
        lane, fills.stream().map(fill -> new Asked(fill, Integer.MAX_VALUE)).toList(), found -> {});
    return fills;
  }

  private List<TokenLogprobs> score(int lane, List<Asked> items) {
    int rows = items.stream().mapToInt(a -> a.fill().prefill().count() - a.from()).sum();
    DoubleBuffer all = DoubleBuffer.allocate(3 * rows);
    fill(lane, items, found -> all.put(found.asDoubleBuffer()));
    all.flip();
    return items.stream()
        .map(a -> TokenLogprobs.read(all, a.fill().prefill().count() - a.from()))
        .toList();
  }

  /**
   * Cuts prompts into spans and runs them.
   *
   * @param found gets what the program says of the positions that are asked, in their order
   */
  private void fill(int lane, List<Asked> prompts, Consumer<ByteBuffer> found) {
    PrefillSpans spans = new PrefillSpans();
    for (Asked asked : prompts) {
      Prefill prefill = asked.fill().prefill();
      int start = asked.fill().start();
      while (start < prefill.count()) {
        int end = Math.min(prefill.count(), (start / CALL_TOKENS + 1) * CALL_TOKENS);
        if (spans.tokens() + end - start > CALL_TOKENS) {
          run(lane, spans, found);
          spans = new PrefillSpans();
        }
        spans.add(prefill.kv(), prefill.tokenIds(), start, end, asked.from());
        start = end;
      }
    }
    if (spans.tokens() > 0) {
      run(lane, spans, found);
    }
  }

  private void run(int lane, PrefillSpans spans, Consumer<ByteBuffer> found) {
    ByteBuffer said = call(lane, spans.call());
    if (spans.asks()) {
      found.accept(said);
    }
  }

  @Override
  public List<Candidates> decode(List<DecodeRow> batch) {
    batch.forEach(row -> row.kv().advance(1));
    prepareBlocks();
    return threads.inLanes(batch, lanes(ProgramThreads.lanesFor(batch.size())), this::decode);
  }

  private int lanes(int worth) {
    return Math.min(worth, predictors.size());
  }

  private List<Candidates> decode(int lane, List<DecodeRow> rows) {
    DoubleBuffer best = call(lane, DecodeCall.of(lane, rows)).asDoubleBuffer();
    DoubleBuffer others = otherLogSumExps(lane, rows);
    int width = best.remaining() / rows.size();
    List<Candidates> candidates = new ArrayList<>(rows.size());
    for (int row = 0; row < rows.size(); row++) {
      List<Float> temperatures = rows.get(row).temperatures();
      double[] values = new double[width];
      best.get(values);
      double[] other = new double[Math.max(0, temperatures.size() - 1)];
      others.get(other);
      int index = row;
      candidates.add(
          new DecodedRow(
              values, temperatures, other, shape.vocabSize(), () -> wholeRow(lane, index)));
    }
    return candidates;
  }

  /** Log-sum-exps at the temperatures that rows ask for beyond their first. */
  private DoubleBuffer otherLogSumExps(int lane, List<DecodeRow> rows) {
    List<Integer> asking = new ArrayList<>();
    List<Float> temperatures = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      List<Float> wanted = rows.get(row).temperatures();
      for (int i = 1; i < wanted.size(); i++) {
        asking.add(row);
        temperatures.add(wanted.get(i));
      }
    }
    if (asking.isEmpty()) {
      return DoubleBuffer.allocate(0);
    }
    float[] values = new float[temperatures.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = temperatures.get(i);
    }
    return call(
            lane,
            ProgramCall.of(
                "scaled_log_sum_exps",
                ProgramCall.number(lane),
                ProgramCall.longs(asking.stream().mapToLong(row -> row).toArray()),
                ProgramCall.floats(values)))
        .asDoubleBuffer();
  }

  private float[] wholeRow(int lane, int row) {
    float[] logits = new float[shape.vocabSize()];
    ProgramCall ask =
        ProgramCall.of("whole_row", ProgramCall.number(lane), ProgramCall.longs(new long[] {row}));
    threads.whole(() -> call(lane, ask)).asFloatBuffer().get(logits);
    return logits;
  }

  /** Makes room for the blocks that the sequences of a call hold, and the copies that they need. */
  private void prepareBlocks() {
    List<BlockCopy> copies = pool.takeCopies();
    if (pool.highWater() <= allocatedBlocks && copies.isEmpty()) {
      return;
    }
    var unused =
        threads.whole(
            () -> {
              allocate();
              return copies.isEmpty()
                  ? 0
                  : call(
                          0,
                          ProgramCall.of(
                              "copy_blocks",
                              ProgramCall.longs(
                                  copies.stream().mapToLong(BlockCopy::source).toArray()),
                              ProgramCall.longs(
                                  copies.stream().mapToLong(BlockCopy::target).toArray())))
                      .remaining();
            });
  }

  /** The device's part of the cache grows with the blocks in use, and at least doubles. */
  private void allocate() {
    int needed = pool.highWater();
    if (needed > allocatedBlocks) {
      int capacity = pool.capacityTokens() / BlockPool.BLOCK;
      int wanted = Math.max(needed, Math.min(2 * allocatedBlocks, capacity));
      var unused = call(0, ProgramCall.of("grow", ProgramCall.number(wanted)));
      allocatedBlocks = wanted;
    }
  }

  private ByteBuffer call(int lane, ProgramCall call) {
    try {
      return predictors.get(lane).predict(call);
    } catch (TranslateException | EngineException e) {
      String message = "the decoder failed in " + call.method() + ": " + e.getMessage();
      throw MemoryShortage.isToldBy(message)
          ? new DeviceMemoryException(message, e)
          : new DeviceException(message, e);
    } catch (OutOfMemoryError e) {
      // What goes in and out has buffers outside the heap.
      throw new DeviceMemoryException(
          "the decoder failed in " + call.method() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    threads.close();
    predictors.forEach(Predictor::close);
    DecoderLoader.close(model);
  }
}
