package io.gensweep.spark;

import io.gensweep.engine.ContinuationText;
import io.gensweep.engine.Engine;
import io.gensweep.engine.EngineCounters;
import io.gensweep.engine.EngineLoop;
import io.gensweep.engine.Host;
import io.gensweep.engine.Lease;
import io.gensweep.model.CpuFeatures;
import io.gensweep.model.DecoderLoader;
import io.gensweep.model.DecoderSettings;
import io.gensweep.model.ModelFolder;
import io.gensweep.model.ModelRunner;
import io.gensweep.model.ModelShape;
import io.gensweep.token.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;

/**
 * Executor, one per JVM and device. Model, tokenizer and the engine that all tasks of the JVM
 * share, so that a batch stays full while one task ends and another begins.
 */
final class LoadedModel implements AutoCloseable {
  private static final Host<LoadedModel> HOST = new Host<>(loaded -> loaded.loop.works());

  private final ModelRunner runner;
  private final Path folder;
  private final Tokenizer tokenizer;
  private final EngineLoop loop;
  private final AtomicReference<Optional<EngineReport>> report;
  private EngineCounters reported;

  private LoadedModel(
      ModelRunner runner, Path folder, Tokenizer tokenizer, EngineLoop loop, EngineReport report) {
    this.runner = runner;
    this.folder = folder;
    this.tokenizer = tokenizer;
    this.loop = loop;
    this.report = new AtomicReference<>(Optional.of(report));
    this.reported = loop.counters();
  }

  /**
   * The model of {@code uri} on a device, loaded if no task before loaded it so.
   *
   * @param uri any Hadoop URI
   * @param decoder with the task's own device
   */
  static Lease<LoadedModel> acquire(String uri, DecoderSettings decoder) throws Exception {
    record Key(String uri, DecoderSettings decoder) {}
    return HOST.acquire(decoder.device(), new Key(uri, decoder), () -> load(uri, decoder));
  }

  static void closeAll() {
    HOST.closeAll();
  }

  EngineLoop loop() {
    return loop;
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  ModelShape shape() {
    return runner.shape();
  }

  /** On this machine's disk. */
  Path folder() {
    return folder;
  }

  /** How the model was loaded; given to the first task that asks. */
  Optional<EngineReport> takeReport() {
    return report.getAndSet(Optional.empty());
  }

  /** What the engine did since the last call, so that tasks that share it add up to what it did. */
  synchronized EngineCounters takeCounters() {
    EngineCounters now = loop.counters();
    EngineCounters since = now.minus(reported);
    reported = now;
    return since;
  }

  private static LoadedModel load(String uri, DecoderSettings decoder) {
    long start = System.nanoTime();
    Path folder = ModelCopy.local(uri, new Configuration());
    Tokenizer tokenizer = Tokenizer.load(folder);
    try {
      ModelRunner runner = DecoderLoader.load(ModelFolder.open(folder), decoder);
      Engine engine =
          new Engine(
              runner,
              decoder.maxBatch(),
              sampling ->
                  new ContinuationText(
                      ids -> tokenizer.decode(ids, sampling.skipSpecialTokens()), sampling));
      double seconds = (System.nanoTime() - start) / 1e9;
      return new LoadedModel(
          runner,
          folder,
          tokenizer,
          EngineLoop.start(engine),
          new EngineReport(
              SparkEnv.get().executorId(),
              decoder.device(),
              CpuFeatures.here().capability(),
              decoder.threads(),
              seconds));
    } catch (Throwable e) {
      tokenizer.close();
      throw e;
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
