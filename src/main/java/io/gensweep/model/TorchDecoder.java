package io.gensweep.model;

import ai.djl.inference.Predictor;
import ai.djl.repository.zoo.ZooModel;
import io.gensweep.model.kv.BlockCopy;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.sampling.Candidates;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;

/**
 * Executor, one per JVM and device. Runs the decoder program: flattens a batch into a few index
 * tensors, one call a step and lane, and reads the best tokens of each row back. Not thread-safe.
 */
final class TorchDecoder implements ModelRunner, DecodedRow.Source {
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
  private final boolean zeros;

  /** By lane; no lane is computed by two threads at a time. */
  private final List<Predictor<ProgramCall, ByteBuffer>> predictors;

  private int allocatedBlocks;
  private int allocatedStates;

  /**
   * The threads are the decoder's from here on.
   *
   * @param zeros whether what a block lacks is multiplied with zero, and not left out
   */
  TorchDecoder(
      ZooModel<ProgramCall, ByteBuffer> model,
      ProgramThreads threads,
      ModelShape shape,
      BlockPool pool,
      int lanes,
      boolean zeros) {
    this.model = model;
    this.threads = threads;
    this.shape = shape;
    this.pool = pool;
    this.zeros = zeros;
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
    var unused =
        threads.inLanes(
            begin(batch, i -> Integer.MAX_VALUE),
            lanes(batch.size()),
            (lane, fills) -> {
              fill(lane, fills, found -> {});
              return fills;
            });
  }

  @Override
  public List<TokenLogprobs> score(List<Scoring> batch) {
    return threads.inLanes(
        begin(batch.stream().map(Scoring::prefill).toList(), i -> batch.get(i).from() - 1),
        lanes(batch.size()),
        this::score);
  }

  /**
   * Positions [start, prefill.count()) of a sequence that has advanced to their end.
   *
   * @param asked the first position that is asked for what follows it
   */
  private record Fill(Prefill prefill, int start, int asked) {
    int questions() {
      return prefill.count() - asked;
    }
  }

  private List<Fill> begin(List<Prefill> batch, IntUnaryOperator asked) {
    List<Fill> fills = new ArrayList<>(batch.size());
    for (Prefill prefill : batch) {
      int start = prefill.kv().length();
      prefill.kv().advance(prefill.count() - start);
      fills.add(new Fill(prefill, start, asked.applyAsInt(fills.size())));
    }
    prepareBlocks();
    return fills;
  }

  private List<TokenLogprobs> score(int lane, List<Fill> fills) {
    DoubleBuffer all = DoubleBuffer.allocate(3 * fills.stream().mapToInt(Fill::questions).sum());
    fill(lane, fills, found -> all.put(found.asDoubleBuffer()));
    all.flip();
    return fills.stream().map(fill -> TokenLogprobs.read(all, fill.questions())).toList();
  }

  /**
   * Cuts prompts into spans and runs them.
   *
   * @param found gets what the program says of the positions that are asked, in their order
   */
  private void fill(int lane, List<Fill> fills, Consumer<ByteBuffer> found) {
    int groups = pool.groups().size();
    PrefillSpans spans = new PrefillSpans(groups);
    for (Fill fill : fills) {
      Prefill prefill = fill.prefill();
      int start = fill.start();
      while (start < prefill.count()) {
        int end = Math.min(prefill.count(), (start / CALL_TOKENS + 1) * CALL_TOKENS);
        if (spans.tokens() + end - start > CALL_TOKENS) {
          run(lane, spans, found);
          spans = new PrefillSpans(groups);
        }
        spans.add(prefill.kv(), prefill.tokenIds(), start, end, fill.asked());
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
    DoubleBuffer best =
        call(lane, DecodeCall.of(lane, pool.groups().size(), rows)).asDoubleBuffer();
    DoubleBuffer others =
        DecodeCall.otherLogSumExps(lane, rows)
            .map(ask -> call(lane, ask).asDoubleBuffer())
            .orElseGet(() -> DoubleBuffer.allocate(0));
    FloatBuffer lookedUp =
        DecodeCall.lookedUp(lane, rows)
            .map(ask -> call(lane, ask).asFloatBuffer())
            .orElseGet(() -> FloatBuffer.allocate(0));
    int width = best.remaining() / rows.size();
    List<Candidates> candidates = new ArrayList<>(rows.size());
    for (int row = 0; row < rows.size(); row++) {
      DecodeRow asked = rows.get(row);
      double[] logSumExps = new double[1 + Math.max(1, asked.temperatures().size())];
      best.get(logSumExps, 0, 2);
      others.get(logSumExps, 2, logSumExps.length - 2);
      double[] pairs = new double[width - 2];
      best.get(pairs);
      float[] logits = new float[asked.lookedUp().length];
      lookedUp.get(logits);
      candidates.add(
          new DecodedRow(this, new DecodedRow.Place(lane, row), asked, logSumExps, pairs, logits));
    }
    return candidates;
  }

  @Override
  public void extend(List<Candidates> rows) {
    for (int lane = 0; lane < predictors.size(); lane++) {
      int number = lane;
      List<DecodedRow> own =
          rows.stream()
              .map(DecodedRow.class::cast)
              .filter(row -> row.place().lane() == number && row.size() < shape.vocabSize())
              .toList();
      if (!own.isEmpty()) {
        extend(number, own);
      }
    }
  }

  private void extend(int lane, List<DecodedRow> rows) {
    ProgramCall ask =
        ProgramCall.of(
            "top",
            ProgramCall.number(lane),
            ProgramCall.longs(rows.stream().mapToLong(row -> row.place().row()).toArray()),
            ProgramCall.number(DecodedRow.MORE));
    DecodedRow.takeAll(rows, callWhole(lane, ask));
  }

  @Override
  public float[] wholeRow(DecodedRow.Place place) {
    float[] logits = new float[shape.vocabSize()];
    ProgramCall ask =
        ProgramCall.of(
            "whole_row",
            ProgramCall.number(place.lane()),
            ProgramCall.longs(new long[] {place.row()}));
    callWhole(place.lane(), ask).asFloatBuffer().get(logits);
    return logits;
  }

  /**
   * Makes room for the blocks that the sequences of a call hold, and the copies that they need. The
   * device's part of the cache grows with the blocks in use, and at least doubles.
   */
  private void prepareBlocks() {
    int needed = pool.highWater();
    if (needed > allocatedBlocks) {
      int wanted = Math.max(needed, Math.min(2 * allocatedBlocks, pool.capacity()));
      var unused = callWhole(0, ProgramCall.of("grow", ProgramCall.number(wanted)));
      allocatedBlocks = wanted;
    }
    List<BlockCopy> copies = pool.takeCopies();
    copy("copy_blocks", copies);
    wipe(copies);
    if (pool.stateHighWater() > allocatedStates) {
      allocatedStates = Math.max(pool.stateHighWater(), 2 * allocatedStates);
      var unused = callWhole(0, ProgramCall.of("grow_states", ProgramCall.number(allocatedStates)));
    }
    copy("copy_states", pool.takeStateCopies());
  }

  /** Clears blocks of earlier holders, but those that have just been copied to. */
  private void wipe(List<BlockCopy> copies) {
    int[] reused = pool.takeReused();
    long[] wiped =
        Arrays.stream(reused)
            .filter(block -> copies.stream().noneMatch(copy -> copy.target() == block))
            .asLongStream()
            .toArray();
    if (zeros && wiped.length > 0) {
      var unused = callWhole(0, ProgramCall.of("wipe_blocks", ProgramCall.longs(wiped)));
    }
  }

  private void copy(String method, List<BlockCopy> copies) {
    if (!copies.isEmpty()) {
      var unused =
          callWhole(
              0,
              ProgramCall.of(
                  method,
                  ProgramCall.longs(copies.stream().mapToLong(BlockCopy::source).toArray()),
                  ProgramCall.longs(copies.stream().mapToLong(BlockCopy::target).toArray())));
    }
  }

  @Override
  public void clearCache() {
    pool.clear();
    allocatedBlocks = 0;
    allocatedStates = 0;
    var unused = callWhole(0, ProgramCall.of("clear", ProgramCall.number(0)));
  }

  /** A call outside the lanes, with all threads. */
  private ByteBuffer callWhole(int lane, ProgramCall call) {
    return threads.whole(() -> call(lane, call));
  }

  private ByteBuffer call(int lane, ProgramCall call) {
    return call.run(predictors.get(lane));
  }

  @Override
  public void close() {
    threads.close();
    predictors.forEach(Predictor::close);
    DecoderModel.close(model);
  }
}
