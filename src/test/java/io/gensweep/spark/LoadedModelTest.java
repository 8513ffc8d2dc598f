package io.gensweep.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.LocalSpark;
import io.gensweep.engine.Lease;
import io.gensweep.job.JobError;
import io.gensweep.job.JobFile;
import io.gensweep.job.JobSpec;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadedModelTest {
  private static final SparkSession SPARK = LocalSpark.session();

  @TempDir private Path folder;

  @Test
  void weightsThatChangedSinceTheDriverReadThemAreRefused() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("data/models/tiny"))) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    GenerationPlan plan = plan();
    try (Lease<LoadedModel> lease = LoadedModel.acquire(plan, plan.decoder())) {
      assertThat(lease.value().shape().vocabSize()).isPositive();
    }
    LoadedModel.closeAll();

    // One bit of one weight: the file is as long, and its header as good, as before.
    try (RandomAccessFile weights =
        new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
      weights.seek(weights.length() - 1);
      int last = weights.read();
      weights.seek(weights.length() - 1);
      weights.write(last ^ 1);
    }
    assertThatThrownBy(() -> LoadedModel.acquire(plan, plan.decoder()))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("model.path: config and weights in " + folder)
        .hasMessageContaining("put the same files on every machine");
  }

  private GenerationPlan plan() {
    JobSpec job =
        JobFile.parse(
                "test.yaml",
                """
                model: {path: "%s", dtype: float32}
                prompts: {path: none, text: prompt}
                output: {path: none}
                """
                    .formatted(folder),
                List.of())
            .resolve(Optional.empty())
            .spec();
    PlannedModel model =
        PlannedModel.of(job.model(), job.engine(), 1, SPARK.sparkContext().hadoopConfiguration());
    return new GenerationPlan(
        job,
        folder.toString(),
        model.weightsHash(),
        model.decoder(),
        "",
        LocalDateTime.of(2026, 1, 1, 0, 0));
  }
}
