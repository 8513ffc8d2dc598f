package io.gensweep.model;

import io.gensweep.model.cuda.DecoderLaunches;
import io.gensweep.model.cuda.Launches;
import io.gensweep.model.cuda.ModelAddresses;
import io.gensweep.model.cuda.ModelSizes;
import io.gensweep.model.cuda.Scratch;
import io.gensweep.model.cuda.StepInput;
import io.gensweep.model.cuda.StepOutput;
import io.gensweep.model.kv.BlockCopy;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.kv.KvSequence;
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

  /** Most entries of the blocks' table of one prefill call. */
  private static final int CALL_ENTRIES = 1 << 20;

  /** Candidates of a row whose draw goes beyond the best, as in {@link TorchDecoder}. */
  private static final int MORE = 1024;

  /** Each number of rows has a graph of its own; rows that are missing are computed for nothing. */
  private static final int[] BUCKETS = {1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256};

  private static final int LARGE = 128;

  private final CudaProgram program;
  private final DecoderLaunches launches;
  private final ModelSizes sizes;
  private final ModelShape shape;
  private final BlockPool pool;
  private final Memory memory;
  private final ModelAddresses model;
  private final Scratch scratch;
  private final int tileTokens;
  private final Map<Integer, Long> graphs = new HashMap<>();

  /** The program is this decoder's from here on. */
  CudaDecoder(
      CudaProgram program,
      DecoderLaunches launches,
      ModelSizes sizes,
      ModelShape shape,
      BlockPool pool,
      Memory memory,
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
    this.tileTokens = tileTokens;
  }

  /**
   * Memory of the card that steps read their input from and leave their result in.
   *
   * @param rowNumbers 0, 1, 2 and so on, one for each row of logits
   * @param ones of float32, one for each row
   */
  record Memory(int rows, long input, long output, long rowNumbers, long ones) {
    static Memory allocate(CudaProgram program, int rows, int maxModelLen) {
      long entries = Math.max(CALL_ENTRIES, (long) rows * BlockPool.blocksFor(maxModelLen));
      long tokens = Math.max(CALL_TOKENS, rows);
      int[] numbers = new int[rows];
      Arrays.setAll(numbers, i -> i);
      int[] ones = new int[rows];
      Arrays.fill(ones, Float.floatToRawIntBits(1));
      Memory memory =
          new Memory(
              rows,
              program.allocate((12 * tokens + entries + 64) * Integer.BYTES),
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

    static int foundBytes(int rows) {
      return rows * (2 * DecoderLaunches.BEST + 2) * Float.BYTES;
    }
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
    int rows = batch.size();
    int padded = bucket(rows);
    // Sections of whole 16 bytes.
    int section = (padded + 3) / 4 * 4;
    int entries = batch.stream().mapToInt(row -> BlockPool.blocksFor(row.kv().length())).sum();
    int[] input = new int[4 * section + entries + 1];
    int entry = 0;
    for (int row = 0; row < padded; row++) {
      float inverse = 1;
      input[2 * section + row] = entries;
      if (row < rows) {
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
    // Rows that fill up the batch write to the block that no sequence has.
    input[4 * section + entries] = pool.capacity();
    long graph =
        graphs.computeIfAbsent(
            padded,
            count ->
                program.graph(launches.decode(count, decodeInput(section), memory.found(count))));
    ByteBuffer found =
        program.play(
            graph,
            new CudaProgram.Transfer(
                input, memory.input(), memory.output(), Memory.foundBytes(padded)));
    return candidates(batch, padded, found);
  }

  private StepInput decodeInput(int section) {
    long bytes = (long) section * Integer.BYTES;
    long at = memory.input();
    return new StepInput(
        at, at + bytes, at + 2 * bytes, at + 4 * bytes, memory.rowNumbers(), at + 3 * bytes);
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

  /** At the temperatures that rows want beyond their first. */
  private double[] otherLogSumExps(List<DecodeRow> batch) {
    CudaSpans.Numbers rows = new CudaSpans.Numbers();
    CudaSpans.Numbers inverses = new CudaSpans.Numbers();
    for (int row = 0; row < batch.size(); row++) {
      for (float temperature : batch.get(row).temperatures().stream().skip(1).toList()) {
        rows.add(row);
        inverses.add(Float.floatToRawIntBits(1 / temperature));
      }
    }
    double[] sums = new double[rows.size()];
    for (int from = 0; from < sums.length; from += memory.rows()) {
      int count = Math.min(memory.rows(), sums.length - from);
      CudaSpans.Numbers input = new CudaSpans.Numbers();
      int atRows = input.append(rows.part(from, count));
      int atInverses = input.append(inverses.part(from, count));
      StepInput in =
          new StepInput(0, 0, 0, 0, memory.input() + atRows, memory.input() + atInverses);
      StepOutput out = memory.found(count);
      ByteBuffer found =
          program.play(
              launches.summaries(count, in, out),
              new CudaProgram.Transfer(
                  input.toArray(), memory.input(), out.sums(), 2 * count * Float.BYTES));
      for (int i = 0; i < count; i++) {
        sums[from + i] = found.getFloat(4 * (2 * i + 1));
      }
    }
    return sums;
  }

  /** Logits that rows want by id, one row after the other. */
  private float[] lookedUp(List<DecodeRow> batch) {
    CudaSpans.Numbers rows = new CudaSpans.Numbers();
    CudaSpans.Numbers ids = new CudaSpans.Numbers();
    for (int row = 0; row < batch.size(); row++) {
      for (int id : batch.get(row).lookedUp()) {
        rows.add(row);
        ids.add(id);
      }
    }
    float[] logits = new float[rows.size()];
    for (int from = 0; from < logits.length; from += CALL_TOKENS) {
      int count = Math.min(CALL_TOKENS, logits.length - from);
      CudaSpans.Numbers input = new CudaSpans.Numbers();
      int atRows = input.append(rows.part(from, count));
      int atIds = input.append(ids.part(from, count));
      program
          .play(
              launches.picks(
                  count, memory.input() + atRows, memory.input() + atIds, memory.output()),
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

  /**
   * Cuts prompts into spans and runs them.
   *
   * @param asked of each prompt, the first position that is asked for what follows it
   * @return of each position that is asked, log-sum-exp, logit, and 1 if it is the best
   */
  private DoubleBuffer fill(List<Prefill> batch, List<Integer> asked) {
    int[] begins = batch.stream().mapToInt(prefill -> prefill.kv().length()).toArray();
    batch.forEach(prefill -> prefill.kv().advance(prefill.count() - prefill.kv().length()));
    copyBlocks();
    int questions = 0;
    for (int i = 0; i < begins.length; i++) {
      questions += Math.max(0, batch.get(i).count() - Math.max(begins[i], asked.get(i)));
    }
    DoubleBuffer found = DoubleBuffer.allocate(3 * questions);
    CudaSpans spans = new CudaSpans(tileTokens);
    for (int i = 0; i < begins.length; i++) {
      Prefill prefill = batch.get(i);
      for (int start = begins[i]; start < prefill.count(); ) {
        int room = CALL_TOKENS - spans.tokens();
        int end = Math.min(prefill.count(), start + room);
        if (end == start || spans.entries() + BlockPool.blocksFor(end) > CALL_ENTRIES) {
          run(spans, found);
          spans = new CudaSpans(tileTokens);
          continue;
        }
        spans.add(prefill.kv(), prefill.tokenIds(), start, end, asked.get(i));
        start = end;
      }
    }
    run(spans, found);
    return found.flip();
  }

  private void run(CudaSpans spans, DoubleBuffer found) {
    if (spans.tokens() == 0) {
      return;
    }
    CudaSpans.Input in = spans.input();
    long at = memory.input();
    StepInput step =
        new StepInput(
            at + in.ids(),
            at + in.positions(),
            at + in.starts(),
            at + in.table(),
            memory.rowNumbers(),
            memory.ones());
    int questions = spans.questions();
    Launches all =
        launches.prefill(
            spans.tokens(), step, at + in.tiles(), spans.tiles(), spans.questions() > 0);
    StepOutput out = memory.found(questions);
    long picked = out.sums() + 2L * questions * Float.BYTES;
    for (int from = 0; from < questions; from += memory.rows()) {
      long offset = (long) from * Integer.BYTES;
      launches.score(
          all,
          Math.min(memory.rows(), questions - from),
          at + in.asked() + offset,
          at + in.targets() + offset,
          picked + offset,
          step,
          new StepOutput(
              out.values() + DecoderLaunches.BEST * offset,
              out.ids() + DecoderLaunches.BEST * offset,
              out.sums() + 2 * offset));
    }
    // A number at least: the call ends when the card has done it, so that its time is prefill's.
    int bytes = Math.max(1, questions) * (Memory.foundBytes(1) + Float.BYTES);
    ByteBuffer result =
        program.play(
            all.words(), new CudaProgram.Transfer(in.all().toArray(), at, memory.output(), bytes));
    int best = DecoderLaunches.BEST;
    for (int i = 0; i < questions; i++) {
      found.put(result.getFloat(4 * (2 * questions * best + 2 * i)));
      found.put(result.getFloat(4 * (2 * questions * (best + 1) + i)));
      found.put(result.getInt(4 * (questions * best + i * best)) == spans.target(i) ? 1 : 0);
    }
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
    DoubleBuffer best =
        program
            .top(own.stream().mapToLong(row -> logits(row.place())).toArray(), MORE)
            .asDoubleBuffer();
    int width = best.remaining() / own.size();
    for (DecodedRow row : own) {
      double[] pairs = new double[width];
      best.get(pairs);
      row.take(pairs);
    }
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
