package io.gensweep.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
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
    Path model = folder.resolve("model");
    SparkSubmit.Ended made =
        SparkSubmit.python("src/test/python/wide_model.py", TinyJob.MODEL, model.toString());
    assertThat(made.exitCode()).as(made.output()).isZero();
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
