package io.gensweep.model;

import io.gensweep.model.cuda.DecoderLaunches;
import io.gensweep.model.cuda.ModelAddresses;
import io.gensweep.model.cuda.ModelSizes;
import io.gensweep.model.cuda.Scratch;
import io.gensweep.model.cuda.StepInput;
import io.gensweep.model.cuda.StepOutput;
import io.gensweep.model.kv.BlockCopy;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.sampling.Candidates;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Executor, one per GPU. Runs a decoder by kernels that were compiled ahead: a decode step is one
 * transfer in, one graph, one transfer out. A row has the same bits in every batch, in every
 * chunking of its prompt and wherever it lies. Not thread-safe.
 */
final class CudaDecoder implements ModelRunner, DecodedRow.Source {
  /** Most tokens of one prefill call. */
  static final int CALL_TOKENS = 4096;

  /** Each number of rows has a graph of its own; rows that are missing are computed for nothing. */
  private static final int[] BUCKETS = {1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256};

  private static final int LARGE = 128;

  private final CudaProgram program;
  private final DecoderLaunches launches;
  private final ModelSizes sizes;
  private final ModelShape shape;
  private final BlockPool pool;
  private final CudaMemory memory;
  private final ModelAddresses model;
  private final Scratch scratch;
  private final CudaPrefill prefill;
  private final Map<Integer, Long> graphs = new HashMap<>();

  /** The program is this decoder's from here on. */
  CudaDecoder(
      CudaProgram program,
      DecoderLaunches launches,
      ModelSizes sizes,
      ModelShape shape,
      BlockPool pool,
      CudaMemory memory,
      ModelAddresses model,
      Scratch scratch,
      int tileTokens) {
    this.program = program;
    this.launches = launches;
    this.sizes = sizes;
    this.shape = shape;
    this.pool = pool;
    this.memory = memory;
    this.model = model;
    this.scratch = scratch;
    this.prefill = new CudaPrefill(program, launches, memory, tileTokens);
  }

  /** Rows that a step of so many is computed as. */
  static int bucket(int rows) {
    return Arrays.stream(BUCKETS)
        .filter(bucket -> rows <= bucket)
        .findFirst()
        .orElse((rows + LARGE - 1) / LARGE * LARGE);
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
    return BlockPool.BLOCK;
  }

  @Override
  public List<Candidates> decode(List<DecodeRow> batch) {
    batch.forEach(row -> row.kv().advance(1));
    copyBlocks();
    int padded = bucket(batch.size());
    long graph =
        graphs.computeIfAbsent(
            padded,
            count ->
                program.graph(
                    launches.decode(count, CudaRows.at(memory, count), memory.found(count))));
    ByteBuffer found =
        program.play(
            graph,
            new CudaProgram.Transfer(
                CudaRows.input(batch, padded, pool.capacity()),
                memory.input(),
                memory.output(),
                CudaMemory.foundBytes(padded)));
    return candidates(batch, padded, found);
  }

  private List<Candidates> candidates(List<DecodeRow> batch, int padded, ByteBuffer found) {
    int best = DecoderLaunches.BEST;
    int width = Math.min(best, shape.vocabSize());
    double[] others = otherLogSumExps(batch);
    float[] lookedUp = lookedUp(batch);
    int other = 0;
    int looked = 0;
    List<Candidates> candidates = new ArrayList<>(batch.size());
    for (int row = 0; row < batch.size(); row++) {
      DecodeRow asked = batch.get(row);
      double[] pairs = new double[2 * width];
      for (int i = 0; i < width; i++) {
        pairs[i] = found.getInt(4 * (padded * best + row * best + i));
        pairs[width + i] = found.getFloat(4 * (row * best + i));
      }
      double[] logSumExps = new double[1 + Math.max(1, asked.temperatures().size())];
      logSumExps[0] = found.getFloat(4 * (2 * padded * best + 2 * row));
      logSumExps[1] = found.getFloat(4 * (2 * padded * best + 2 * row + 1));
      for (int i = 2; i < logSumExps.length; i++) {
        logSumExps[i] = others[other++];
      }
      float[] logits = Arrays.copyOfRange(lookedUp, looked, looked += asked.lookedUp().length);
      candidates.add(
          new DecodedRow(this, new DecodedRow.Place(0, row), asked, logSumExps, pairs, logits));
    }
    return candidates;
  }

  private double[] otherLogSumExps(List<DecodeRow> batch) {
    RowQuestions.Scaled asked = RowQuestions.Scaled.of(batch);
    int[] inverses = new int[asked.rows().length];
    Arrays.setAll(inverses, i -> Float.floatToRawIntBits(1 / asked.temperatures()[i]));
    double[] sums = new double[inverses.length];
    for (int from = 0; from < sums.length; from += memory.rows()) {
      int count = Math.min(memory.rows(), sums.length - from);
      CudaNumbers input = new CudaNumbers();
      long atRows = memory.input() + input.append(asked.rows(), from, count);
      long atInverses = memory.input() + input.append(inverses, from, count);
      StepOutput out = memory.found(count);
      ByteBuffer found =
          program.play(
              launches.summaries(count, new StepInput(0, 0, 0, 0, atRows, atInverses), out),
              new CudaProgram.Transfer(
                  input.toArray(), memory.input(), out.sums(), 2 * count * Float.BYTES));
      for (int i = 0; i < count; i++) {
        sums[from + i] = found.getFloat(4 * (2 * i + 1));
      }
    }
    return sums;
  }

  private float[] lookedUp(List<DecodeRow> batch) {
    RowQuestions.LookedUp asked = RowQuestions.LookedUp.of(batch);
    float[] logits = new float[asked.rows().length];
    for (int from = 0; from < logits.length; from += CALL_TOKENS) {
      int count = Math.min(CALL_TOKENS, logits.length - from);
      CudaNumbers input = new CudaNumbers();
      long atRows = memory.input() + input.append(asked.rows(), from, count);
      long atIds = memory.input() + input.append(asked.ids(), from, count);
      program
          .play(
              launches.picks(count, atRows, atIds, memory.output()),
              new CudaProgram.Transfer(
                  input.toArray(), memory.input(), memory.output(), count * Float.BYTES))
          .asFloatBuffer()
          .get(logits, from, count);
    }
    return logits;
  }

  @Override
  public void prefill(List<Prefill> batch) {
    fill(batch, batch.stream().map(any -> Integer.MAX_VALUE).toList());
  }

  @Override
  public List<TokenLogprobs> score(List<Scoring> batch) {
    DoubleBuffer found =
        fill(
            batch.stream().map(Scoring::prefill).toList(),
            batch.stream().map(scoring -> scoring.from() - 1).toList());
    return batch.stream()
        .map(scoring -> TokenLogprobs.read(found, scoring.tokenIds().length - scoring.from()))
        .toList();
  }

  private DoubleBuffer fill(List<Prefill> batch, List<Integer> asked) {
    int[] begins = batch.stream().mapToInt(prefill -> prefill.kv().length()).toArray();
    batch.forEach(prefill -> prefill.kv().advance(prefill.count() - prefill.kv().length()));
    copyBlocks();
    return prefill.run(batch, begins, asked);
  }

  @Override
  public void extend(List<Candidates> rows) {
    List<DecodedRow> own =
        rows.stream()
            .map(DecodedRow.class::cast)
            .filter(row -> row.size() < shape.vocabSize())
            .toList();
    if (own.isEmpty()) {
      return;
    }
    DecodedRow.takeAll(
        own,
        program.top(own.stream().mapToLong(row -> logits(row.place())).toArray(), DecodedRow.MORE));
  }

  @Override
  public float[] wholeRow(DecodedRow.Place place) {
    float[] logits = new float[shape.vocabSize()];
    program.wholeRow(logits(place)).asFloatBuffer().get(logits);
    return logits;
  }

  private long logits(DecodedRow.Place place) {
    return scratch.logits() + (long) place.row() * sizes.logits() * sizes.bytes();
  }

  private void copyBlocks() {
    List<BlockCopy> copies = pool.takeCopies();
    if (!copies.isEmpty()) {
      long bytes = sizes.block(BlockPool.BLOCK) * sizes.bytes();
      program.copy(
          copies.stream()
              .map(
                  copy ->
                      new long[] {
                        model.cache() + copy.source() * bytes,
                        model.cache() + copy.target() * bytes,
                        bytes
                      })
              .toList());
    }
  }

  /** The memory stays: nothing else may have it while the model is loaded. */
  @Override
  public void clearCache() {
    pool.clear();
  }

  @Override
  public void close() {
    program.close();
  }
}
