package io.gensweep.spark.executor;

import io.gensweep.engine.Attempt;
import io.gensweep.engine.ContinuationText;
import io.gensweep.engine.Engine;
import io.gensweep.engine.EngineCounters;
import io.gensweep.engine.EngineLoop;
import io.gensweep.engine.Failure;
import io.gensweep.engine.Lease;
import io.gensweep.engine.SharedModels;
import io.gensweep.job.EngineSpec;
import io.gensweep.job.JobError;
import io.gensweep.model.DecoderLoader;
import io.gensweep.model.DecoderSettings;
import io.gensweep.model.Machine;
import io.gensweep.model.ModelFolder;
import io.gensweep.model.ModelRunner;
import io.gensweep.model.ModelShape;
import io.gensweep.model.Numerics;
import io.gensweep.token.Tokenizer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;

/**
 * Executor, one per JVM and device. Model, tokenizer and the engine that all tasks of the JVM
 * share, so that a batch stays full while one task ends and another begins.
 */
public final class LoadedModel implements AutoCloseable {
  private static final SharedModels<LoadedModel> SHARED =
      new SharedModels<>(loaded -> loaded.loop.works());

  private final ModelRunner runner;
  private final Path folder;
  private final Tokenizer tokenizer;
  private final EngineLoop loop;
  private final int batch;
  private final AtomicReference<Optional<EngineReport>> report;
  private EngineCounters reported;

  private LoadedModel(
      ModelRunner runner,
      Path folder,
      Tokenizer tokenizer,
      EngineLoop loop,
      int batch,
      EngineReport report) {
    this.runner = runner;
    this.folder = folder;
    this.tokenizer = tokenizer;
    this.loop = loop;
    this.batch = batch;
    this.report = new AtomicReference<>(Optional.of(report));
    this.reported = loop.counters();
  }

  /**
   * The plan's model on the device that Spark gave the task, loaded if no task before loaded it so.
   *
   * @throws JobError if this machine does not compute as planned, or its copy is not the one that
   *     the driver read
   */
  public static Lease<LoadedModel> acquire(TaskPlan plan, TaskContext task) throws Exception {
    String device = TaskDevice.of(plan.job().model().device(), task.resourcesJMap());
    return acquire(plan, plan.decoder().on(device));
  }

  /**
   * The plan's model on a device, loaded if no task before loaded it so.
   *
   * @param decoder with the task's own device
   */
  static Lease<LoadedModel> acquire(TaskPlan plan, DecoderSettings decoder) throws Exception {
    record Key(
        String uri, String hash, DecoderSettings decoder, Numerics numerics, EngineSpec engine) {}
    return SHARED.acquire(
        decoder.device(),
        new Key(plan.model(), plan.modelHash(), decoder, plan.numerics(), plan.job().engine()),
        () -> load(plan, decoder));
  }

  public static void closeAll() {
    SHARED.closeAll();
  }

  /** Sequences that the engine decodes together. */
  public int batch() {
    return batch;
  }

  public EngineLoop loop() {
    return loop;
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  public ModelShape shape() {
    return runner.shape();
  }

  /** On this machine's disk. */
  public Path folder() {
    return folder;
  }

  /**
   * Work of a task for one row; what goes wrong in it is that row's failure, unless the model was
   * closed meanwhile.
   */
  public <T> T attempt(Supplier<T> work, Function<Failure, T> failed) {
    return Attempt.of(
        work,
        failure -> {
          if (!loop.works()) {
            throw new IllegalStateException("the model was closed: " + failure);
          }
          return failed.apply(failure);
        });
  }

  /** How the model was loaded; given to the first task that asks. */
  public Optional<EngineReport> takeReport() {
    return report.getAndSet(Optional.empty());
  }

  /** What the engine did since the last call, so that tasks that share it add up to what it did. */
  public synchronized EngineCounters takeCounters() {
    EngineCounters now = loop.counters();
    EngineCounters since = now.minus(reported);
    reported = now;
    return since;
  }

  private static LoadedModel load(TaskPlan plan, DecoderSettings decoder) {
    long start = System.nanoTime();
    Path folder = ModelCopy.local(plan.model(), plan.files());
    ModelFolder model = ModelFolder.open(folder);
    requireNumerics(model, plan.numerics(), decoder);
    requireHash(folder, "config and weights", ModelHashes.weights(model), plan.modelHash());
    requireHash(
        folder, "the tokenizer's files", ModelHashes.tokenizer(folder), plan.tokenizerHash());
    Tokenizer tokenizer = Tokenizer.load(folder);
    try {
      ModelRunner runner = DecoderLoader.load(model, decoder, plan.numerics().backend());
      int batch =
          plan.job()
              .engine()
              .maxBatch()
              .orElseGet(() -> BatchSize.of(runner, plan.modelHash(), decoder));
      Engine engine =
          new Engine(
              runner,
              batch,
              sampling ->
                  new ContinuationText(
                      tokenizer.detokenizer(sampling.skipSpecialTokens()), sampling));
      double seconds = (System.nanoTime() - start) / 1e9;
      return new LoadedModel(
          runner,
          folder,
          tokenizer,
          EngineLoop.start(engine),
          batch,
          new EngineReport(
              SparkEnv.get().executorId(),
              decoder.device(),
              plan.numerics().instructions(),
              decoder.threads(),
              seconds,
              Instant.now()));
    } catch (Throwable e) {
      tokenizer.close();
      throw e;
    }
  }

  /** Rows of other bits must not be beside the others; what a JVM computes with is settled. */
  private static void requireNumerics(
      ModelFolder model, Numerics planned, DecoderSettings decoder) {
    Numerics here =
        Machine.here(decoder.device()).numerics(decoder.dtype(), model.spec(), decoder.threads());
    if (!here.equals(planned)) {
      throw new JobError(
          "model.device: "
              + MachineReport.difference(MachineReport.thisExecutor(), planned, here)
              + "; leave such machines out, or hold all to the same instructions (guide: The same"
              + " rows, bit for bit)");
    }
  }

  /** A file that was cut or changed on one machine must not write rows beside the others. */
  private static void requireHash(Path folder, String files, String found, String expected) {
    if (!found.equals(expected)) {
      throw new JobError(
          "model.path: "
              + files
              + " in "
              + folder
              + " on "
              + SparkEnv.get().blockManager().blockManagerId().host()
              + " have the hash "
              + found
              + ", those that the driver read have "
              + expected
              + "; put the same files on every machine");
    }
  }

  /** The thread that computes ends before what it computes with. */
  @Override
  public void close() {
    loop.close();
    runner.close();
    tokenizer.close();
  }
}
