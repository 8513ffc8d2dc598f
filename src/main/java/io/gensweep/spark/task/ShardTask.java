package io.gensweep.spark.task;

import io.gensweep.engine.Answer;
import io.gensweep.engine.Lease;
import io.gensweep.engine.RequestWindow;
import io.gensweep.output.ShardCommit;
import io.gensweep.prompt.Prompt;
import io.gensweep.prompt.Prompts;
import io.gensweep.prompt.ShardAssignment;
import io.gensweep.spark.executor.LoadedModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executor, one per task. Makes one shard: sends its prompts to the engine that the JVM's tasks
 * share, a window ahead, and commits the shard when the last answer has arrived.
 */
public final class ShardTask<A extends Answer> implements VoidFunction<Iterator<Row>> {
  private static final Logger LOG = LoggerFactory.getLogger(ShardTask.class);
  private static final long serialVersionUID = 1;

  private final Work<A> work;
  private final ShardAssignment assignment;
  private final ShardCommit commit;
  private final Totals totals;

  public ShardTask(Work<A> work, ShardAssignment assignment, ShardCommit commit, Totals totals) {
    this.work = work;
    this.assignment = assignment;
    this.commit = commit;
    this.totals = totals;
  }

  @Override
  public void call(Iterator<Row> prompts) throws Exception {
    TaskContext task = TaskContext.get();
    try (Lease<LoadedModel> lease = LoadedModel.acquire(work.plan(), task)) {
      LoadedModel model = lease.value();
      model.takeReport().ifPresent(totals::loaded);
      try (RequestWindow<A, Prompt> window =
          new RequestWindow<>(model.loop(), 2 * model.batch(), task::isInterrupted)) {
        new ShardRun(work.queryBuilder(model), window)
            .run(prompts, assignment.shard(task.partitionId()));
      } finally {
        totals.engine(model.takeCounters());
      }
    }
  }

  /** Run of one shard: prompts go to the engine, answers come back as rows. */
  private final class ShardRun {
    private final Work.QueryBuilder<A> queries;
    private final RequestWindow<A, Prompt> window;
    private final List<Row> rows = new ArrayList<>();
    private final List<Row> errors = new ArrayList<>();

    ShardRun(Work.QueryBuilder<A> queries, RequestWindow<A, Prompt> window) {
      this.queries = queries;
      this.window = window;
    }

    void run(Iterator<Row> prompts, int shard) throws IOException, InterruptedException {
      LOG.debug("shard {} begins", shard);
      long start = System.nanoTime();
      while (prompts.hasNext()) {
        submit(Prompts.fromRow(prompts.next()));
        while (window.full()) {
          receive();
        }
      }
      while (!window.empty()) {
        receive();
      }
      commit.commit(shard, rows, errors);
      totals.shard();
      LOG.debug(
          "shard {} is done in {} s: {} rows, {} failed",
          shard,
          "%.1f".formatted((System.nanoTime() - start) / 1e9),
          rows.size(),
          errors.size());
    }

    private void submit(Prompt prompt) {
      Work.Queries<A> found = queries.of(prompt);
      totals.prompt(found.promptTokens());
      found.failed().forEach(answer -> add(prompt, answer));
      found.request().ifPresent(request -> window.submit(request, prompt));
    }

    private void receive() throws IOException, InterruptedException {
      RequestWindow.Arrival<A, Prompt> arrival = window.next();
      add(arrival.origin(), arrival.answer());
    }

    private void add(Prompt prompt, A answer) {
      Work.Finished<A> finished = work.finish(answer, prompt);
      boolean failed = finished.answer().failure().isPresent();
      (failed ? errors : rows).add(finished.row());
      totals.row(answer.tokenIds().length, failed);
    }
  }
}
