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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of which one machine has no memory for the KV cache of a whole batch. */
class ShortMemoryIT {
  /**
   * An executor with libtorch and the model takes 4 GB of addresses, and the cache of a batch 2.
   */
  private static final String LIMITED = "ulimit -v 5000000 && exec \"$@\"";

  @TempDir private Path folder;

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
      cluster.stop(1);
      SparkSubmit.Ended ample =
          SparkSubmit.gensweep(
              List.of("--master", cluster.master(), "--conf", "spark.executor.cores=1"),
              arguments("ample", model));
      assertThat(ample.exitCode()).as(ample.output()).isZero();
      assertThat(halvings("ample")).isZero();
    }
    SparkSubmit.requireSameRows(256, folder.resolve("both"), folder.resolve("ample"));
  }

  /** Its KV cache is large and its products are small: 512 KiB a token. */
  private Path wideModel() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    new RandomCheckpoint(512, 32, 32, 16, 32, 32, 128, false).in(model);
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
}
