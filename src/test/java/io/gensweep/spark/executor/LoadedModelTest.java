package io.gensweep.spark.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.LocalSpark;
import io.gensweep.engine.Lease;
import io.gensweep.files.FileAccess;
import io.gensweep.job.JobError;
import io.gensweep.job.JobFile;
import io.gensweep.job.JobSpec;
import io.gensweep.model.Numerics;
import io.gensweep.spark.plan.ModelPlan;
import java.io.IOException;
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
    copyModel();
    TaskPlan plan = plan();
    try (Lease<LoadedModel> lease = LoadedModel.acquire(plan, plan.decoder(), 0)) {
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
    assertThatThrownBy(() -> LoadedModel.acquire(plan, plan.decoder(), 0))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("model.path: config and weights in " + folder)
        .hasMessageContaining("put the same files on every machine");
  }

  @Test
  void aTokenizerThatIsNotTheDriversIsRefused() throws Exception {
    copyModel();
    TaskPlan plan = plan();
    Path file = folder.resolve("tokenizer_config.json");
    Files.writeString(file, Files.readString(file).stripTrailing() + " ");
    assertThatThrownBy(() -> LoadedModel.acquire(plan, plan.decoder(), 0))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("model.path: the tokenizer's files in " + folder)
        .hasMessageContaining("put the same files on every machine");
  }

  @Test
  void aMachineThatDoesNotComputeAsPlannedIsRefused() throws Exception {
    copyModel();
    TaskPlan plan = plan();
    Numerics here = plan.numerics();
    Numerics planned =
        new Numerics(
            here.device(),
            here.architecture(),
            here.backend(),
            "oneDNN avx10, ATen avx10, MKL avx10 on SomeVendor",
            here.libtorch(),
            here.kernels(),
            here.program(),
            here.dtype(),
            here.threads());
    TaskPlan other =
        new TaskPlan(
            plan.job(),
            plan.model(),
            plan.modelHash(),
            plan.tokenizerHash(),
            plan.decoder(),
            planned,
            plan.files(),
            plan.template(),
            plan.time());
    try (Lease<LoadedModel> lease = LoadedModel.acquire(plan, plan.decoder(), 0)) {
      assertThat(lease.value().shape().vocabSize()).isPositive();
      assertThatThrownBy(() -> LoadedModel.acquire(other, other.decoder(), 0))
          .as("though the model is there, loaded for a plan that this machine has")
          .isInstanceOf(JobError.class)
          .hasMessageStartingWith("model.device: executor driver on ")
          .hasMessageContaining(
              "instructions was oneDNN avx10, ATen avx10, MKL avx10 on SomeVendor, is "
                  + here.instructions());
    }
  }

  private void copyModel() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("data/models/tiny"))) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
  }

  private TaskPlan plan() {
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
    return ModelPlan.of(job.model(), job.engine(), Optional.empty(), SPARK)
        .forTasks(job, FileAccess.of(SPARK), "", LocalDateTime.of(2026, 1, 1, 0, 0));
  }
}
