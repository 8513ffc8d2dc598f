package io.gensweep.spark;

import io.gensweep.engine.DecodedText;
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
import io.gensweep.token.ChatTemplate;
import io.gensweep.token.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;

/**
 * Executor, one per JVM and device. Model, tokenizer and the engine that all tasks of the JVM
 * share, so that a batch stays full while one task ends and another begins.
 */
final class LoadedModel implements AutoCloseable {
  private static final Host<LoadedModel> HOST = new Host<>(loaded -> loaded.loop.works());

  private final ModelRunner runner;
  private final Tokenizer tokenizer;
  private final EngineLoop loop;
  private final PromptEncoder encoder;
  private final AtomicReference<Optional<EngineReport>> report;
  private EngineCounters reported;

  private LoadedModel(
      ModelRunner runner,
      Tokenizer tokenizer,
      EngineLoop loop,
      PromptEncoder encoder,
      EngineReport report) {
    this.runner = runner;
    this.tokenizer = tokenizer;
    this.loop = loop;
    this.encoder = encoder;
    this.report = new AtomicReference<>(Optional.of(report));
    this.reported = loop.counters();
  }

  static Lease<LoadedModel> acquire(GenerationPlan plan, String device, String executor)
      throws Exception {
    DecoderSettings settings = plan.decoder().on(device);
    record Key(String path, DecoderSettings settings, Object job) {}
    return HOST.acquire(
        new Key(plan.model(), settings, plan), () -> load(plan, settings, executor));
  }

  static void closeAll() {
    HOST.closeAll();
  }

  EngineLoop loop() {
    return loop;
  }

  PromptEncoder encoder() {
    return encoder;
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

  private static LoadedModel load(GenerationPlan plan, DecoderSettings settings, String executor) {
    long start = System.nanoTime();
    Path folder = ModelCopy.local(plan.model(), new Configuration());
    Tokenizer tokenizer = Tokenizer.load(folder);
    Optional<ChatTemplate> template =
        ChatTemplates.of(plan.job(), plan.template(), folder, plan.time());
    ModelRunner runner = DecoderLoader.load(ModelFolder.open(folder), settings);
    Engine engine =
        new Engine(
            runner,
            settings.maxBatch(),
            sampling -> new DecodedText(ids -> tokenizer.decode(ids, true), sampling));
    double seconds = (System.nanoTime() - start) / 1e9;
    return new LoadedModel(
        runner,
        tokenizer,
        EngineLoop.start(engine),
        new PromptEncoder(plan.job(), tokenizer, template),
        new EngineReport(
            executor,
            settings.device(),
            CpuFeatures.here().capability(),
            settings.threads(),
            seconds));
  }

  @Override
  public void close() {
    loop.close();
    runner.close();
    tokenizer.close();
  }
}
