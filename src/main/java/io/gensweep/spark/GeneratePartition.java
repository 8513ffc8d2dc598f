package io.gensweep.spark;

import io.gensweep.engine.Completion;
import io.gensweep.engine.EngineLoop;
import io.gensweep.engine.Failure;
import io.gensweep.engine.Lease;
import io.gensweep.engine.Request;
import io.gensweep.engine.Submission;
import io.gensweep.engine.Variant;
import io.gensweep.output.CompletionRows;
import io.gensweep.output.ShardCommit;
import io.gensweep.prompt.Prompt;
import io.gensweep.prompt.Prompts;
import io.gensweep.prompt.ShardAssignment;
import java.io.IOException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.sql.Row;

/**
 * Executor, one per task. Sends the prompts of its shards to the engine that the JVM's tasks share,
 * a window ahead of it, and commits each shard as soon as its last completion is there.
 */
final class GeneratePartition implements VoidFunction<Iterator<Row>> {
  private static final long serialVersionUID = 1;
  private static final long POLL_MILLIS = 100;

  private final GenerationPlan plan;
  private final ShardAssignment assignment;
  private final ShardCommit commit;
  private final Totals totals;

  GeneratePartition(
      GenerationPlan plan, ShardAssignment assignment, ShardCommit commit, Totals totals) {
    this.plan = plan;
    this.assignment = assignment;
    this.commit = commit;
    this.totals = totals;
  }

  @Override
  public void call(Iterator<Row> rows) throws Exception {
    TaskContext task = TaskContext.get();
    String device = TaskDevice.of(plan.job().model().device(), task);
    try (Lease<LoadedModel> lease =
        LoadedModel.acquire(plan, device, SparkEnv.get().executorId())) {
      LoadedModel model = lease.value();
      model.takeReport().ifPresent(totals::loaded);
      try {
        new Stream(task, model).run(rows);
      } finally {
        totals.engine(model.takeCounters());
      }
    }
  }

  /** What reaches the task from the engine's thread. */
  private record Arrival(OpenShard shard, Prompt prompt, Completion completion) {}

  /** One pass over a partition. */
  private final class Stream {
    private final TaskContext task;
    private final LoadedModel model;
    private final List<Variant> variants = plan.variants();
    private final int window = 2 * plan.decoder().maxBatch();
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final Map<Integer, OpenShard> open = new TreeMap<>();
    private final Set<Submission> submissions = new HashSet<>();
    private volatile Throwable engineFailure;
    private int inFlight;

    Stream(TaskContext task, LoadedModel model) {
      this.task = task;
      this.model = model;
    }

    void run(Iterator<Row> rows) throws IOException, InterruptedException {
      for (int shard : assignment.shardsOf(task.partitionId())) {
        open.put(shard, new OpenShard(shard));
      }
      try {
        int current = -1;
        while (rows.hasNext()) {
          Row row = rows.next();
          int shard = Prompts.shard(row);
          if (shard != current) {
            seal(shard);
            current = shard;
          }
          submit(open.get(shard), Prompts.fromRow(row));
          while (inFlight >= window) {
            receive();
          }
        }
        seal(Integer.MAX_VALUE);
        while (inFlight > 0) {
          receive();
        }
      } finally {
        submissions.forEach(Submission::cancel);
      }
    }

    /** Rows come in the order of their shards: those before {@code shard} get no more. */
    private void seal(int shard) throws IOException {
      for (OpenShard earlier : List.copyOf(open.values())) {
        if (earlier.number() < shard) {
          earlier.seal();
          commitIfWhole(earlier);
        }
      }
    }

    private void submit(OpenShard shard, Prompt prompt) {
      PromptEncoder.Encoded encoded = model.encoder().encode(prompt.content());
      totals.prompt(encoded.tokenIds().length);
      if (encoded.failure().isPresent()) {
        Failure failure = encoded.failure().get();
        variants.forEach(
            v ->
                shard.add(
                    CompletionRows.of(Completion.failed(prompt.id(), v, 0, failure), prompt.kept()),
                    0,
                    true));
        return;
      }
      shard.expect(variants.size());
      inFlight += variants.size();
      EngineLoop loop = model.loop();
      submissions.add(
          loop.submit(
              new Request(prompt.id(), encoded.tokenIds(), variants),
              completion -> arrivals.add(new Arrival(shard, prompt, completion)),
              failure -> engineFailure = failure));
    }

    private void receive() throws IOException, InterruptedException {
      Arrival arrival = arrivals.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
      if (arrival == null) {
        check();
        return;
      }
      inFlight--;
      Completion completion = arrival.completion();
      arrival.shard().arrived();
      arrival
          .shard()
          .add(
              CompletionRows.of(completion, arrival.prompt().kept()),
              completion.tokenIds().length,
              completion.failure().isPresent());
      commitIfWhole(arrival.shard());
    }

    private void check() {
      if (task.isInterrupted()) {
        throw new TaskKilledException("cancelled while generating");
      }
      if (engineFailure != null) {
        throw new IllegalStateException(
            "the engine failed: " + engineFailure.getMessage(), engineFailure);
      }
    }

    private void commitIfWhole(OpenShard shard) throws IOException {
      if (shard.whole() && open.remove(shard.number()) != null) {
        commit.commit(shard.number(), shard.rows(), shard.errors());
        totals.shard(shard.rows().size(), shard.errors().size(), shard.tokens());
      }
    }
  }
}
