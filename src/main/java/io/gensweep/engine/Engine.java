package io.gensweep.engine;

import io.gensweep.job.Cause;
import io.gensweep.model.DeviceMemoryException;
import io.gensweep.model.ModelRunner;
import io.gensweep.sampling.Candidates;
import io.gensweep.sampling.Sampler;
import io.gensweep.sampling.SamplingConfig;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executor, one per JVM and device; one thread. Continuous batching: each step fills KV rows of
 * prompts and texts, and moves every sequence that runs by one token.
 */
public final class Engine {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private final ModelRunner runner;
  private final Scheduler scheduler;
  private final Sampler sampler = new Sampler();
  private final Tally tally = new Tally();

  /**
   * @param maxBatch sequences decoded together
   * @param texts the empty text of a continuation drawn so
   */
  public Engine(
      ModelRunner runner, int maxBatch, Function<SamplingConfig, ContinuationText> texts) {
    this.runner = runner;
    this.scheduler = new Scheduler(runner, maxBatch, texts);
  }

  /** {@code answered} gets each answer once, in any order, from within {@link #step}. */
  public <A extends Answer> Submission<A> submit(Request<A> request, Consumer<A> answered) {
    Submission<A> submission =
        new Submission<>(
            request,
            answered,
            cause -> {
              throw new AssertionError("who asked did not take the answer", cause);
            },
            ended -> {});
    submit(submission);
    return submission;
  }

  void submit(Submission<?> submission) {
    scheduler.submit(submission);
  }

  /** Forgets every request and frees what they hold. */
  public void clear() {
    scheduler.clear();
  }

  public boolean hasWork() {
    return scheduler.hasWork();
  }

  public EngineCounters counters() {
    return tally.counters(scheduler.putBack());
  }

  /** What memory was not enough for is done again by the next steps, half as much at a time. */
  public void step() {
    tally.begin();
    try {
      scheduler.admit();
      tally.admitted();
      fill(scheduler.fill());
      tally.prefilled();
      List<DrawBranch> batch = scheduler.batch();
      if (!batch.isEmpty()) {
        draw(batch, decode(batch));
      }
      scheduler.retire();
      tally.sampled();
    } catch (DeviceMemoryException e) {
      LOG.warn(
          "goes on with half as many sequences at a time: {}", Cause.firstLine(e.getMessage()));
      scheduler.halve(e);
      tally.halved();
    }
  }

  private void fill(FillStep step) {
    step.run();
    tally.filled(step.tokens(), step.reused());
  }

  private List<Candidates> decode(List<DrawBranch> batch) {
    int vocabSize = runner.shape().vocabSize();
    List<Candidates> rows =
        runner.decode(batch.stream().map(branch -> branch.decodeRow(vocabSize)).toList());
    tally.decoded(batch.size());
    return rows;
  }

  private void draw(List<DrawBranch> batch, List<Candidates> rows) {
    runner.extend(
        IntStream.range(0, rows.size())
            .filter(i -> batch.get(i).looksBeyond(rows.get(i)))
            .mapToObj(rows::get)
            .toList());
    for (int i = 0; i < rows.size(); i++) {
      DrawBranch.Drawing drawing = batch.get(i).draw(rows.get(i), sampler, scheduler::birth);
      scheduler.add(drawing.parted());
      tally.drawn(drawing.tokens());
    }
  }
}
