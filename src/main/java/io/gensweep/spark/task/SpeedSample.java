package io.gensweep.spark.task;

import io.gensweep.engine.Completion;
import io.gensweep.engine.EngineCounters;
import io.gensweep.engine.Lease;
import io.gensweep.engine.Request;
import io.gensweep.engine.RequestWindow;
import io.gensweep.engine.Variant;
import io.gensweep.prompt.Prompts;
import io.gensweep.report.EngineReport;
import io.gensweep.sampling.SamplingConfig;
import io.gensweep.spark.executor.LoadedModel;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;

/**
 * Executor to driver. Measures how fast one engine is on some of a job's own prompts, in a few
 * steps of the real engine.
 *
 * @param prompts that were measured, those that cannot run left out
 * @param promptTokens mean of those
 * @param longestPrompt tokens
 * @param maxBatch sequences that the engine decodes together
 * @param batch of them in the sample
 */
public record SpeedSample(
    int prompts,
    double promptTokens,
    int longestPrompt,
    int maxBatch,
    int batch,
    double prefillPerSecond,
    double decodePerSecond,
    double loadSeconds)
    implements Serializable {
  private static final int WARM_TOKENS = 2;
  private static final int TOKENS = 16;

  /** Takes the sample, on the task's device. */
  public static final class Task implements FlatMapFunction<Iterator<Row>, SpeedSample> {
    private static final long serialVersionUID = 1;

    private final GenerationWork work;

    public Task(GenerationWork work) {
      this.work = work;
    }

    @Override
    public Iterator<SpeedSample> call(Iterator<Row> rows) throws Exception {
      TaskContext task = TaskContext.get();
      try (Lease<LoadedModel> lease = LoadedModel.acquire(work.plan(), task)) {
        LoadedModel model = lease.value();
        double load = model.takeReport().map(EngineReport::loadSeconds).orElse(0.0);
        List<Request<Completion>> requests = requests(rows, model);
        generate(requests, model.batch(), WARM_TOKENS, model, task::isInterrupted);
        var unused = model.takeCounters();
        generate(requests, model.batch(), TOKENS, model, task::isInterrupted);
        return List.of(of(requests, load, model.batch(), model.takeCounters())).iterator();
      }
    }

    private List<Request<Completion>> requests(Iterator<Row> rows, LoadedModel model) {
      Work.QueryBuilder<Completion> queries = work.queryBuilder(model);
      List<Request<Completion>> requests = new ArrayList<>();
      while (rows.hasNext() && requests.size() < model.batch()) {
        queries.of(Prompts.fromRow(rows.next())).request().ifPresent(requests::add);
      }
      return requests;
    }
  }

  /**
   * Generates as many sequences as fit together, or all that the prompts have, each {@code tokens}
   * long.
   */
  private static void generate(
      List<Request<Completion>> requests,
      int maxBatch,
      int tokens,
      LoadedModel model,
      BooleanSupplier cancelled)
      throws InterruptedException {
    try (RequestWindow<Completion, String> window =
        new RequestWindow<>(model.loop(), Integer.MAX_VALUE, cancelled)) {
      int each = Math.max(1, maxBatch / Math.max(1, requests.size()));
      for (Request<Completion> request : requests) {
        List<Variant> variants = request.variants();
        window.submit(
            Request.draw(
                request.promptId(),
                request.tokenIds(),
                variants.subList(0, Math.min(each, variants.size())).stream()
                    .map(v -> new Variant(v.sweepPoint(), v.sampleIndex(), cut(v, tokens)))
                    .toList()),
            request.promptId());
      }
      while (!window.empty()) {
        window.next();
      }
    }
  }

  private static SamplingConfig cut(Variant variant, int tokens) {
    return variant.sampling().withMinTokens(0).withMaxTokens(tokens).withIgnoreEos(true);
  }

  private static SpeedSample of(
      List<Request<Completion>> requests, double load, int maxBatch, EngineCounters did) {
    int tokens = requests.stream().mapToInt(r -> r.tokenIds().length).sum();
    double decode = (did.admitNanos() + did.decodeNanos() + did.sampleNanos()) / 1e9;
    return new SpeedSample(
        requests.size(),
        (double) tokens / Math.max(1, requests.size()),
        requests.stream().mapToInt(r -> r.tokenIds().length).max().orElse(0),
        maxBatch,
        Math.min(did.maxBatch(), maxBatch),
        did.prefillTokens() / (did.prefillNanos() / 1e9),
        did.decodedRows() / decode,
        load);
  }
}
