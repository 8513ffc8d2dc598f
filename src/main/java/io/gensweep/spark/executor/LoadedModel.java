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
import io.gensweep.model.Backend;
import io.gensweep.model.CpuFeatures;
import io.gensweep.model.DecoderLoader;
import io.gensweep.model.DecoderSettings;
import io.gensweep.model.Machine;
import io.gensweep.model.ModelFolder;
import io.gensweep.model.ModelRunner;
import io.gensweep.model.ModelShape;
import io.gensweep.model.Numerics;
import io.gensweep.report.EngineReport;
import io.gensweep.token.Tokenizer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executor, one per JVM and device. Holds the model, the tokenizer and the engine that all tasks of
 * the JVM share, so that the batch stays full while one task ends and another begins.
 */
public final class LoadedModel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LoadedModel.class);
  private static final SharedModels<LoadedModel> SHARED =
      new SharedModels<>(loaded -> loaded.loop.works(), TaskDevice::isGpu);

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
   * Leases the plan's model on the device that Spark gave the task; the first task to ask loads it.
   *
   * @throws JobError if this machine does not compute as planned, or its copy is not the one that
   *     the driver read
   */
  public static Lease<LoadedModel> acquire(TaskPlan plan, TaskContext task) throws Exception {
    String device = TaskDevice.of(plan.job().model().device(), task.resourcesJMap());
    return acquire(plan, plan.decoder().on(device), task.taskAttemptId());
  }

  /**
   * Leases the plan's model on a device.
   *
   * @param decoder with the task's own device
   * @param task by Spark's number
   */
  static Lease<LoadedModel> acquire(TaskPlan plan, DecoderSettings decoder, long task)
      throws Exception {
    record Key(
        String uri, String hash, DecoderSettings decoder, Numerics numerics, EngineSpec engine) {}
    return SHARED.acquire(
        decoder.device(),
        new Key(plan.model(), plan.modelHash(), decoder, plan.numerics(), plan.job().engine()),
        task,
        () -> load(plan, decoder));
  }

  public static void closeAll() {
    SHARED.closeAll();
  }

  /** Number of sequences that the engine decodes together. */
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

  /** Folder of the model on this machine's disk. */
  public Path folder() {
    return folder;
  }

  /**
   * Runs a step of a task for one row; an exception becomes that row's failure, unless the model
   * was closed meanwhile.
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

  /** Returns how the model was loaded, to the first task that asks and to no other. */
  public Optional<EngineReport> takeReport() {
    return report.getAndSet(Optional.empty());
  }

  /**
   * Returns what the engine did since the last call, so that the shares of all tasks add up to its
   * work.
   */
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
    LOG.info("instructions: {}", plan.numerics().instructions());
    Machine.here(decoder.device())
        .whyNotKernels(decoder.dtype(), model.spec())
        .ifPresent(why -> LOG.info("Gensweep's own kernels do not compute: {}", why));
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
      LOG.info(
          "loaded {} in {} s: {} in {} with {} threads on {}, up to {} sequences together, KV cache"
              + " of up to {} tokens",
          folder,
          "%.1f".formatted(seconds),
          computedBy(plan.numerics()),
          decoder.dtype(),
          decoder.threads(),
          decoder.device(),
          batch,
          runner.pool().capacityTokens());
      return new LoadedModel(
          runner,
          folder,
          tokenizer,
          EngineLoop.start(engine),
          batch,
          new EngineReport(
              SparkEnv.get().executorId(),
              decoder.device(),
              plan.numerics().backend().toString(),
              plan.numerics().instructions(),
              decoder.threads(),
              batch,
              seconds,
              Instant.now()));
    } catch (Throwable e) {
      tokenizer.close();
      throw e;
    }
  }

  private static String computedBy(Numerics numerics) {
    return numerics.backend() == Backend.KERNELS
        ? "kernels for " + CpuFeatures.here().kernelInstructions(numerics.dtype())
        : numerics.backend().toString();
  }

  /** Refuses a machine whose rows would have other bits than those of the other executors. */
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

  /** Refuses files that were truncated or changed on this machine alone. */
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

  /** Ends the thread that computes before it frees what that thread computes with. */
  @Override
  public void close() {
    loop.close();
    runner.close();
    tokenizer.close();
  }
}
