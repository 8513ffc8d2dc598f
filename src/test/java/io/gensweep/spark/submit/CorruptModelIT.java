package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gensweep.spark.run.TinyJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of which one machine has a weight file with a flipped bit. */
class CorruptModelIT {
  private static final String MOUNTED = "mount --bind \"$0\" \"$1\" && shift && exec \"$@\"";

  @TempDir private Path folder;

  @Test
  void theOtherMachineMakesAllRowsAndAloneTheCorruptOneIsNamed() throws Exception {
    Path model = copy(Path.of(TinyJob.MODEL), folder.resolve("model"));
    Path corrupt = copy(Path.of(TinyJob.MODEL), folder.resolve("corrupt"));
    Path weights = corrupt.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length / 2] ^= 1;
    Files.write(weights, bytes);
    // The second worker and its executors see the corrupt folder in the place of the other.
    List<String> mounted =
        List.of(
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            MOUNTED,
            corrupt.toString(),
            model.toString());
    assumeTrue(
        new ProcessBuilder("unshare", "--mount", "true").start().waitFor() == 0,
        "only root may mount for a single process");
    try (StandaloneCluster cluster = StandaloneCluster.start(folder, Map.of(), mounted)) {
      SparkSubmit.Ended both = SparkSubmit.gensweep(cluster.both(), arguments("both", model));
      assertThat(both.exitCode()).as(both.output()).isZero();
      assertThat(both.output()).contains("have the hash");
      SparkSubmit.Ended local =
          SharedDriver.gensweep(List.of("--master", "local[1]"), arguments("local", model));
      assertThat(local.exitCode()).as(local.output()).isZero();
      SparkSubmit.requireSameRows(256, folder.resolve("both"), folder.resolve("local"));

      cluster.stop(0);
      SparkSubmit.Ended alone =
          SparkSubmit.gensweep(List.of("--master", cluster.master()), arguments("alone", model));
      assertThat(alone.exitCode()).as(alone.output()).isEqualTo(2);
      assertThat(alone.output())
          .contains("gensweep: model.path: config and weights in " + model + " on 127.0.0.2");
    }
  }

  private String[] arguments(String output, Path model) {
    return SparkSubmit.sampled(model, folder.resolve(output));
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to;
  }
}
