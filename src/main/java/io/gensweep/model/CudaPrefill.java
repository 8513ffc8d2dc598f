package io.gensweep.model;

import io.gensweep.model.cuda.DecoderLaunches;
import io.gensweep.model.cuda.Launches;
import io.gensweep.model.cuda.StepInput;
import io.gensweep.model.cuda.StepOutput;
import io.gensweep.model.kv.BlockPool;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.util.List;

/** Executor, one per GPU. Fills the KV cache with prompts and scores their tokens, by launches. */
final class CudaPrefill {
  /** Most entries of the blocks' table of one call. */
  static final int CALL_ENTRIES = 1 << 20;

  private final CudaProgram program;
  private final DecoderLaunches launches;
  private final CudaMemory memory;
  private final int tileTokens;

  /**
   * @param tileTokens neighbouring tokens that attention takes together
   */
  CudaPrefill(CudaProgram program, DecoderLaunches launches, CudaMemory memory, int tileTokens) {
    this.program = program;
    this.launches = launches;
    this.memory = memory;
    this.tileTokens = tileTokens;
  }

  /**
   * Cuts prompts into spans and runs them.
   *
   * @param begins of each prompt, the first position that is filled; the sequences have already
   *     advanced
   * @param asked of each prompt, the first position that is asked for what follows it
   * @return of each position that is asked, log-sum-exp, logit, and 1 if it is the best
   */
  DoubleBuffer run(List<Prefill> batch, int[] begins, List<Integer> asked) {
    int questions = 0;
    for (int i = 0; i < begins.length; i++) {
      questions += Math.max(0, batch.get(i).count() - Math.max(begins[i], asked.get(i)));
    }
    DoubleBuffer found = DoubleBuffer.allocate(3 * questions);
    CudaSpans spans = new CudaSpans(tileTokens);
    for (int i = 0; i < begins.length; i++) {
      Prefill prefill = batch.get(i);
      for (int start = begins[i]; start < prefill.count(); ) {
        int room = CudaDecoder.CALL_TOKENS - spans.tokens();
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
    int bytes = Math.max(1, questions) * (CudaMemory.foundBytes(1) + Float.BYTES);
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
}
