package io.gensweep.spark.task;

import io.gensweep.engine.Answer;
import io.gensweep.engine.Failure;
import io.gensweep.engine.Lease;
import io.gensweep.engine.Request;
import io.gensweep.engine.RequestWindow;
import io.gensweep.engine.Score;
import io.gensweep.engine.ScoredText;
import io.gensweep.output.OutputSchema;
import io.gensweep.output.RowDifference;
import io.gensweep.output.StoredRow;
import io.gensweep.prompt.Prompt;
import io.gensweep.prompt.Prompts;
import io.gensweep.spark.executor.LoadedModel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * Executor, one per task. Makes the rows of some prompts again, with the engine that made them, and
 * compares them with the stored rows.
 */
public final class VerifyTask<A extends Answer>
    implements FlatMapFunction<
        Iterator<Tuple2<String, Tuple2<Iterable<Row>, Iterable<Row>>>>, RowDifference> {
  private static final long serialVersionUID = 1;

  private final Work<A> work;
  private final StructType rows;
  private final StructType errors;
  private final boolean finished;
  private final Totals totals;

  /**
   * @param kept the types of the kept columns
   * @param finished whether all rows must be stored
   */
  public VerifyTask(Work<A> work, StructType kept, boolean finished, Totals totals) {
    this.work = work;
    this.rows = OutputSchema.rows(work.kind(), kept);
    this.errors = OutputSchema.errors(work.kind(), kept);
    this.finished = finished;
    this.totals = totals;
  }

  @Override
  public Iterator<RowDifference> call(
      Iterator<Tuple2<String, Tuple2<Iterable<Row>, Iterable<Row>>>> prompts) throws Exception {
    TaskContext task = TaskContext.get();
    try (Lease<LoadedModel> lease = LoadedModel.acquire(work.plan(), task)) {
      LoadedModel model = lease.value();
      model.takeReport().ifPresent(totals::loaded);
      Comparison comparison = new Comparison(model, 2 * model.batch(), task);
      comparison.compare(prompts);
      comparison.rescore();
      return comparison.differences.iterator();
    }
  }

  /** Prompt whose rows are made again. */
  private record Origin<A extends Answer>(
      Prompt prompt, Optional<Request<A>> request, Map<String, StoredRow> missing) {}

  /** Row whose stored ids are to be scored. */
  private record Doubtful(RowDifference difference, StoredRow stored) {}

  /** Comparison of a partition's prompts, made again, with the stored rows. */
  private final class Comparison {
    private final LoadedModel model;
    private final int width;
    private final TaskContext task;
    private final List<RowDifference> differences = new ArrayList<>();
    private final List<Tuple2<int[], Doubtful>> doubtful = new ArrayList<>();

    Comparison(LoadedModel model, int width, TaskContext task) {
      this.model = model;
      this.width = width;
      this.task = task;
    }

    void compare(Iterator<Tuple2<String, Tuple2<Iterable<Row>, Iterable<Row>>>> prompts)
        throws InterruptedException {
      Work.QueryBuilder<A> queries = work.queryBuilder(model);
      List<Origin<A>> begun = new ArrayList<>();
      try (RequestWindow<A, Origin<A>> window =
          new RequestWindow<>(model.loop(), width, task::isInterrupted)) {
        while (prompts.hasNext()) {
          Tuple2<String, Tuple2<Iterable<Row>, Iterable<Row>>> next = prompts.next();
          Map<String, StoredRow> stored = byKey(next._2()._2());
          Iterator<Row> prompt = next._2()._1().iterator();
          if (!prompt.hasNext()) {
            stored.keySet().forEach(key -> differ(key, "the input has no such prompt"));
            continue;
          }
          begun.add(ask(queries, Prompts.fromRow(prompt.next()), stored, window));
          while (window.full()) {
            receive(window);
          }
        }
        while (!window.empty()) {
          receive(window);
        }
      }
      begun.forEach(
          origin ->
              origin.missing().keySet().forEach(key -> differ(key, "the job has no such row")));
    }

    private Map<String, StoredRow> byKey(Iterable<Row> stored) {
      Map<String, StoredRow> byKey = new TreeMap<>();
      for (Row row : stored) {
        String key = StoredRow.key(work.kind(), row);
        if (byKey.put(key, new StoredRow(row)) != null) {
          differ(key, "the row is stored twice");
        }
      }
      return byKey;
    }

    private Origin<A> ask(
        Work.QueryBuilder<A> queries,
        Prompt prompt,
        Map<String, StoredRow> stored,
        RequestWindow<A, Origin<A>> window) {
      Work.Queries<A> found = queries.of(prompt);
      Origin<A> origin = new Origin<>(prompt, found.request(), stored);
      found.failed().forEach(answer -> compare(origin, answer));
      found.request().ifPresent(request -> window.submit(request, origin));
      return origin;
    }

    private void receive(RequestWindow<A, Origin<A>> window) throws InterruptedException {
      RequestWindow.Arrival<A, Origin<A>> arrival = window.next();
      compare(arrival.origin(), arrival.answer());
    }

    private void compare(Origin<A> origin, A answer) {
      Work.Finished<A> made = work.finish(answer, origin.prompt());
      Optional<Failure> failure = made.answer().failure();
      boolean failed = failure.isPresent();
      totals.row(answer.tokenIds().length, failed);
      Row again = made.row();
      String key = StoredRow.key(work.kind(), again);
      StoredRow stored = origin.missing().remove(key);
      if (stored == null) {
        if (finished) {
          differ(key, "the row is not stored");
        }
        return;
      }
      if (stored.isError() != failed) {
        differ(key, stored.isError() ? "it is stored as failed" : "it fails now: " + failure.get());
        return;
      }
      List<String> what = stored.differences(failed ? errors : rows, again);
      if (!what.isEmpty()) {
        RowDifference difference = new RowDifference(key, what, List.of());
        Optional<Request<A>> drawn = origin.request().filter(r -> !r.variants().isEmpty());
        if (!failed && drawn.isPresent()) {
          doubtful.add(new Tuple2<>(drawn.get().tokenIds(), new Doubtful(difference, stored)));
        } else {
          differences.add(difference);
        }
      }
    }

    /** Scores the stored ids with the model. */
    void rescore() throws InterruptedException {
      try (RequestWindow<Score, Doubtful> window =
          new RequestWindow<>(model.loop(), width, task::isInterrupted)) {
        for (Tuple2<int[], Doubtful> doubt : doubtful) {
          int[] stored = doubt._2().stored().tokenIds();
          if (stored.length == 0) {
            differences.add(doubt._2().difference());
            continue;
          }
          int[] prompt = doubt._1();
          int[] all = TextEncoder.joined(prompt, stored);
          ScoredText text = new ScoredText(0, List.of(new ScoredText.Window(all, prompt.length)));
          window.submit(
              Request.score(doubt._2().difference().key(), prompt, List.of(text)), doubt._2());
          while (window.full()) {
            take(window.next());
          }
        }
        while (!window.empty()) {
          take(window.next());
        }
      }
    }

    private void take(RequestWindow.Arrival<Score, Doubtful> arrival) {
      Doubtful origin = arrival.origin();
      boolean scored = arrival.answer().failure().isEmpty();
      double off =
          scored ? origin.stored().offFrom(arrival.answer().logprobs()) : Double.POSITIVE_INFINITY;
      differences.add(origin.difference().rescored(off));
    }

    private void differ(String key, String what) {
      differences.add(RowDifference.of(key, what));
    }
  }
}
