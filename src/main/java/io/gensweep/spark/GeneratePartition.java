package io.gensweep.spark;

import io.gensweep.engine.Answer;
import io.gensweep.engine.Lease;
import io.gensweep.engine.RequestWindow;
import io.gensweep.model.DecoderSettings;
import io.gensweep.output.ShardCommit;
import io.gensweep.prompt.Prompt;
import io.gensweep.prompt.Prompts;
import io.gensweep.prompt.ShardAssignment;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.sql.Row;

/**
 * Executor, one per task. Sends the prompts of its shards to the engine that the JVM's tasks share,
 * a window ahead of it, and commits each shard as soon as its last answer is there.
 */
final class GeneratePartition<A extends Answer> implements VoidFunction<Iterator<Row>> {
  private static final long serialVersionUID = 1;

  private final Work<A> work;
  private final ShardAssignment assignment;
  private final ShardCommit commit;
  private final Totals totals;

  GeneratePartition(Work<A> work, ShardAssignment assignment, ShardCommit commit, Totals totals) {
    this.work = work;
    this.assignment = assignment;
    this.commit = commit;
    this.totals = totals;
  }

  @Override
  public void call(Iterator<Row> rows) throws Exception {
    TaskContext task = TaskContext.get();
    GenerationPlan plan = work.plan();
    DecoderSettings decoder = plan.decoder().on(TaskDevice.of(plan.job().model().device(), task));
    try (Lease<LoadedModel> lease = LoadedModel.acquire(plan, decoder)) {
      LoadedModel model = lease.value();
      model.takeReport().ifPresent(totals::loaded);
      try (RequestWindow<A, Origin> window =
          new RequestWindow<>(model.loop(), 2 * decoder.maxBatch(), task::isInterrupted)) {
        new Pass(work.asking(model), window).run(rows, task.partitionId());
      } finally {
        totals.engine(model.takeCounters());
      }
    }
  }

  /** Where an answer belongs. */
  private record Origin(OpenShard shard, Prompt prompt) {}

  /** One pass over a partition. */
  private final class Pass {
    private final Work.Asking<A> asking;
    private final RequestWindow<A, Origin> window;
    private final Map<Integer, OpenShard> open = new TreeMap<>();

    Pass(Work.Asking<A> asking, RequestWindow<A, Origin> window) {
      this.asking = asking;
      this.window = window;
    }

    void run(Iterator<Row> rows, int partition) throws IOException, InterruptedException {
      for (int shard : assignment.shardsOf(partition)) {
        open.put(shard, new OpenShard(shard));
      }
      int current = -1;
      while (rows.hasNext()) {
        Row row = rows.next();
        int shard = Prompts.shard(row);
        if (shard != current) {
          seal(shard);
          current = shard;
        }
        submit(open.get(shard), Prompts.fromRow(row));
        while (window.full()) {
          receive();
        }
      }
      seal(Integer.MAX_VALUE);
      while (!window.empty()) {
        receive();
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
      Work.Asked<A> asked = asking.ask(prompt);
      totals.prompt(asked.promptTokens());
      asked.failed().forEach(answer -> add(shard, prompt, answer));
      if (asked.query().isPresent()) {
        shard.expect(asked.query().get().answers());
        window.submit(asked.query().get(), new Origin(shard, prompt));
      }
    }

    private void receive() throws IOException, InterruptedException {
      RequestWindow.Arrival<A, Origin> arrival = window.next();
      OpenShard shard = arrival.origin().shard();
      shard.arrived();
      add(shard, arrival.origin().prompt(), arrival.answer());
      commitIfWhole(shard);
    }

    private void add(OpenShard shard, Prompt prompt, A answer) {
      boolean failed = answer.failure().isPresent();
      shard.add(work.row(answer, prompt), failed);
      totals.row(answer.tokenIds().length, failed);
    }

    private void commitIfWhole(OpenShard shard) throws IOException {
      if (shard.whole() && open.remove(shard.number()) != null) {
        commit.commit(shard.number(), shard.rows(), shard.errors());
        totals.shard();
      }
    }
  }
}
