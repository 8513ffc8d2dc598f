package io.gensweep.spark;

import io.gensweep.engine.Completion;
import io.gensweep.engine.Failure;
import io.gensweep.engine.Lease;
import io.gensweep.engine.Request;
import io.gensweep.engine.RequestWindow;
import io.gensweep.engine.Variant;
import io.gensweep.model.DecoderSettings;
import io.gensweep.output.CompletionRows;
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
 * a window ahead of it, and commits each shard as soon as its last completion is there.
 */
final class GeneratePartition implements VoidFunction<Iterator<Row>> {
  private static final long serialVersionUID = 1;

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
    DecoderSettings decoder = plan.decoder().on(TaskDevice.of(plan.job().model().device(), task));
    try (Lease<LoadedModel> lease = LoadedModel.acquire(plan.model(), decoder)) {
      LoadedModel model = lease.value();
      model.takeReport().ifPresent(totals::loaded);
      try (RequestWindow<Completion, Origin> window =
          new RequestWindow<>(model.loop(), 2 * decoder.maxBatch(), task::isInterrupted)) {
        new Pass(PromptEncoder.of(plan, model), window).run(rows, task.partitionId());
      } finally {
        totals.engine(model.takeCounters());
      }
    }
  }

  /** Where a completion belongs. */
  private record Origin(OpenShard shard, Prompt prompt) {}

  /** One pass over a partition. */
  private final class Pass {
    private final PromptEncoder encoder;
    private final RequestWindow<Completion, Origin> window;
    private final List<Variant> variants = plan.variants();
    private final Map<Integer, OpenShard> open = new TreeMap<>();

    Pass(PromptEncoder encoder, RequestWindow<Completion, Origin> window) {
      this.encoder = encoder;
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
      PromptEncoder.Encoded encoded = encoder.encode(prompt.content());
      totals.prompt(encoded.tokenIds().length);
      if (encoded.failure().isPresent()) {
        Failure failure = encoded.failure().get();
        variants.forEach(
            variant -> add(shard, prompt, Completion.failed(prompt.id(), variant, 0, failure)));
        return;
      }
      shard.expect(variants.size());
      window.submit(
          new Request(prompt.id(), encoded.tokenIds(), variants), new Origin(shard, prompt));
    }

    private void receive() throws IOException, InterruptedException {
      RequestWindow.Arrival<Completion, Origin> arrival = window.next();
      OpenShard shard = arrival.origin().shard();
      shard.arrived();
      add(shard, arrival.origin().prompt(), arrival.answer());
      commitIfWhole(shard);
    }

    private void add(OpenShard shard, Prompt prompt, Completion completion) {
      boolean failed = completion.failure().isPresent();
      shard.add(CompletionRows.of(completion, prompt.kept()), failed);
      totals.row(completion.tokenIds().length, failed);
    }

    private void commitIfWhole(OpenShard shard) throws IOException {
      if (shard.whole() && open.remove(shard.number()) != null) {
        commit.commit(shard.number(), shard.rows(), shard.errors());
        totals.shard();
      }
    }
  }
}
