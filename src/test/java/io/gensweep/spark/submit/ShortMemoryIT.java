package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gensweep.model.RandomCheckpoint;
import io.gensweep.spark.run.TinyJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of which one machine has no memory for the KV cache of a whole batch. */
class ShortMemoryIT {
  /**
   * An executor with libtorch and the model takes 3 GB of addresses, and the cache of a batch 4.
   */
  private static final String LIMITED = "ulimit -v 5000000 && exec \"$@\"";

  private static final int SCORED = 256;

  @TempDir private Path folder;

  /** Completions and scores, on one cluster. */
  @Test
  void halvesItsBatchAndMakesTheSameRows() throws Exception {
    Path model = wideModel();
    List<String> limited = List.of("sh", "-c", LIMITED, "sh");
    try (StandaloneCluster cluster = StandaloneCluster.start(folder, Map.of(), limited)) {
      List<String> options = new ArrayList<>(cluster.both());
      // Shards of as many rows as a batch has.
      options.addAll(List.of("--conf", "spark.default.parallelism=1"));
      SparkSubmit.Ended both = SparkSubmit.gensweep(options, arguments("both", model));
      assertThat(both.exitCode()).as(both.output()).isZero();
      assertThat(halvings("both")).as(both.output()).isPositive();
      assertThat(executorLogs(1)).contains("WARN Engine: goes on with half as many sequences");
      SparkSubmit.Ended scored = SparkSubmit.gensweep(options, scoring("both scored", model));
      assertThat(scored.exitCode()).as(scored.output()).isZero();
      assertThat(halvings("both scored")).as(scored.output()).isPositive();
      cluster.stop(1);
      List<String> alone =
          List.of("--master", cluster.master(), "--conf", "spark.executor.cores=1");
      SparkSubmit.Ended ample = SparkSubmit.gensweep(alone, arguments("ample", model));
      assertThat(ample.exitCode()).as(ample.output()).isZero();
      assertThat(halvings("ample")).isZero();
      SparkSubmit.Ended ampleScored = SparkSubmit.gensweep(alone, scoring("ample scored", model));
      assertThat(ampleScored.exitCode()).as(ampleScored.output()).isZero();
      assertThat(halvings("ample scored")).isZero();
    }
    SparkSubmit.requireSameRows(256, folder.resolve("both"), folder.resolve("ample"));
    SparkSubmit.requireSameRows(
        SCORED, folder.resolve("both scored"), folder.resolve("ample scored"));
  }

  /** Its KV cache is large and its products are small: 1 MiB a token. */
  private Path wideModel() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    new RandomCheckpoint(512, 32, 32, 32, 32, 32, 128, false).in(model);
    for (String name :
        List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "chat_template.jinja",
            "generation_config.json")) {
      Files.copy(Path.of(TinyJob.MODEL, name), model.resolve(name));
    }
    return model;
  }

  private int halvings(String output) throws IOException {
    Path metrics = folder.resolve(output).resolve("metrics.json");
    return JsonMapper.builder()
        .build()
        .readTree(metrics.toFile())
        .required("batch_halvings")
        .asInt();
  }

  private String[] arguments(String output, Path model) {
    return SparkSubmit.sampled(
        model,
        folder.resolve(output),
        "sampling.n=2",
        "sampling.max_tokens=4",
        "engine.max_batch=64");
  }

  /** What the executors of a worker have logged, by Spark's own rules. */
  private String executorLogs(int worker) throws IOException {
    StringBuilder logs = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder.resolve("work-" + worker))) {
      for (Path log : files.filter(file -> file.endsWith("stderr")).toList()) {
        logs.append(Files.readString(log));
      }
    }
    return logs.toString();
  }

  /** As many texts as a batch has take as much of the cache as its completions. */
  private String[] scoring(String output, Path model) throws IOException {
    Path prompts = folder.resolve("texts.jsonl");
    Files.write(
        prompts,
        IntStream.range(0, SCORED)
            .mapToObj(
                i ->
                    "{\"id\": %d, \"prompt\": \"4 + %d\", \"answer\": \"%s\"}"
                        .formatted(i, i, (i + " + 4 = ").repeat(8)))
            .toList());
    List<String> arguments = new ArrayList<>(List.of("score", "jobs/quickstart.yaml"));
    for (String set :
        List.of(
            "model.path=" + model,
            "model.device=cpu",
            "model.dtype=float32",
            "prompts.path=" + prompts,
            "score.reference=answer",
            "engine.max_batch=64",
            "output.path=" + folder.resolve(output))) {
      arguments.addAll(List.of("--set", set));
    }
    return arguments.toArray(String[]::new);
  }
}
