package io.gensweep.spark.ml;

import io.gensweep.engine.Completion;
import io.gensweep.engine.Lease;
import io.gensweep.engine.RequestWindow;
import io.gensweep.model.Sha256;
import io.gensweep.prompt.Prompt;
import io.gensweep.prompt.Prompts;
import io.gensweep.prompt.Slice;
import io.gensweep.spark.executor.LoadedModel;
import io.gensweep.spark.executor.TaskPlan;
import io.gensweep.spark.task.GenerationWork;
import io.gensweep.spark.task.Work;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Executor, one per task. Continues the prompts of a partition and returns the rows in their order;
 * it keeps a window of requests ahead of the reader.
 */
final class TextTask implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 2L;

  private final TaskPlan plan;
  private final List<AnswerColumn> columns;

  /**
   * @param columns that take the place of the last column of the input, the prompts' content
   */
  TextTask(TaskPlan plan, List<AnswerColumn> columns) {
    this.plan = plan;
    this.columns = List.copyOf(columns);
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) throws Exception {
    TaskContext task = TaskContext.get();
    Lease<LoadedModel> lease = LoadedModel.acquire(plan, task);
    RequestWindow<Completion, Pending> window =
        new RequestWindow<>(lease.value().loop(), 2 * lease.value().batch(), task::isInterrupted);
    // A reader may stop before the last row.
    TaskCompletionListener close =
        ended -> {
          window.close();
          lease.close();
        };
    var unused = task.addTaskCompletionListener(close);
    return new Continued(rows, new GenerationWork(plan).queryBuilder(lease.value()), window);
  }

  /** Row that waits for its continuations. */
  private final class Pending {
    private final Row row;
    private final Completion[] samples = new Completion[plan.job().sampling().n()];
    private int missing = samples.length;

    Pending(Row row) {
      this.row = row;
    }

    void put(Completion completion) {
      samples[completion.sampleIndex()] = completion;
      missing--;
    }

    Row continued() {
      int kept = row.length() - 1;
      Object[] values = new Object[kept + columns.size()];
      for (int i = 0; i < kept; i++) {
        values[i] = row.get(i);
      }
      for (int i = 0; i < columns.size(); i++) {
        values[kept + i] = columns.get(i).of(Arrays.asList(samples));
      }
      return RowFactory.create(values);
    }
  }

  private final class Continued implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final Work.QueryBuilder<Completion> queries;
    private final RequestWindow<Completion, Pending> window;
    private final Deque<Pending> pending = new ArrayDeque<>();

    Continued(
        Iterator<Row> rows,
        Work.QueryBuilder<Completion> queries,
        RequestWindow<Completion, Pending> window) {
      this.rows = rows;
      this.queries = queries;
      this.window = window;
    }

    @Override
    public boolean hasNext() {
      return !pending.isEmpty() || rows.hasNext();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      fill();
      while (pending.element().missing > 0) {
        receive();
        fill();
      }
      return pending.remove().continued();
    }

    private void fill() {
      while (!window.full() && rows.hasNext()) {
        Pending next = new Pending(rows.next());
        pending.add(next);
        Work.Queries<Completion> found = queries.of(prompt(next.row));
        found.failed().forEach(next::put);
        found.request().ifPresent(request -> window.submit(request, next));
      }
    }

    private void receive() {
      try {
        RequestWindow.Arrival<Completion, Pending> arrival = window.next();
        arrival.origin().put(arrival.answer());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while generating", e);
      }
    }
  }

  private static Prompt prompt(Row row) {
    int at = row.length() - 1;
    return new Prompt(
        id(row.get(at)),
        Prompts.content(row, at),
        Optional.empty(),
        RowFactory.create(),
        List.of(),
        Slice.ALL);
  }

  /** The address of a prompt's draws: a hash of what it says. */
  private static String id(Object content) {
    return Sha256.hex(content instanceof Row messages ? messages.getString(0) : "" + content);
  }
}
