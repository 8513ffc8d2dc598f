package io.gensweep.spark.ml;

import io.gensweep.engine.Completion;
import io.gensweep.engine.Lease;
import io.gensweep.engine.Request;
import io.gensweep.engine.RequestWindow;
import io.gensweep.engine.Variant;
import io.gensweep.model.Sha256;
import io.gensweep.prompt.PromptContent;
import io.gensweep.spark.executor.LoadedModel;
import io.gensweep.spark.executor.TaskPlan;
import io.gensweep.spark.task.PromptEncoder;
import java.util.ArrayDeque;
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
 * Executor, one per task. Continues the texts of a partition and returns the rows in their order;
 * it keeps a window of requests ahead of the reader.
 */
final class TextTask implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  private final TaskPlan plan;
  private final int prompt;

  /**
   * @param prompt the place of the column of prompts
   */
  TextTask(TaskPlan plan, int prompt) {
    this.plan = plan;
    this.prompt = prompt;
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
    return new Continued(rows, lease.value(), window);
  }

  /** Row that waits for its continuation. */
  private static final class Pending {
    private final Row row;
    private boolean whole;
    private Optional<String> text = Optional.empty();

    Pending(Row row) {
      this.row = row;
    }

    void end(Optional<String> continuation) {
      text = continuation;
      whole = true;
    }

    Row continued() {
      Object[] values = new Object[row.length() + 1];
      for (int i = 0; i < row.length(); i++) {
        values[i] = row.get(i);
      }
      values[row.length()] = text.orElse(null);
      return RowFactory.create(values);
    }
  }

  private final class Continued implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final LoadedModel model;
    private final PromptEncoder encoder;
    private final RequestWindow<Completion, Pending> window;
    private final Deque<Pending> pending = new ArrayDeque<>();

    Continued(Iterator<Row> rows, LoadedModel model, RequestWindow<Completion, Pending> window) {
      this.rows = rows;
      this.model = model;
      this.encoder = PromptEncoder.of(plan, model);
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
      while (!pending.element().whole) {
        receive();
        fill();
      }
      return pending.remove().continued();
    }

    private void fill() {
      while (!window.full() && rows.hasNext()) {
        Pending next = new Pending(rows.next());
        pending.add(next);
        submit(next);
      }
    }

    private void submit(Pending next) {
      if (next.row.isNullAt(prompt)) {
        next.end(Optional.empty());
        return;
      }
      String text = next.row.getString(prompt);
      PromptEncoder.Encoded encoded =
          model.attempt(
              () -> encoder.encode(new PromptContent.Text(text)), PromptEncoder.Encoded::failed);
      if (encoded.failure().isPresent()) {
        next.end(Optional.empty());
        return;
      }
      String id = Sha256.hex(text);
      window.submit(
          Request.draw(id, encoded.tokenIds(), List.of(new Variant(0, 0, plan.job().sampling()))),
          next);
    }

    private void receive() {
      try {
        RequestWindow.Arrival<Completion, Pending> arrival = window.next();
        boolean failed = arrival.answer().failure().isPresent();
        arrival.origin().end(failed ? Optional.empty() : Optional.of(arrival.answer().text()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while generating", e);
      }
    }
  }
}
