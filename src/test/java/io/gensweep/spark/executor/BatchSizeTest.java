package io.gensweep.spark.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.job.DType;
import io.gensweep.model.DecoderLoader;
import io.gensweep.model.DecoderSettings;
import io.gensweep.model.ModelFolder;
import io.gensweep.model.ModelRunner;
import io.gensweep.spark.run.TinyJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchSizeTest {
  private static final DecoderSettings DECODER =
      new DecoderSettings(DType.FLOAT32, "cpu", 128, 64, 1);

  @TempDir private Path folder;

  @Test
  void theFirstEngineMeasuresAndTheNextOnesReadWhatItFound() throws Exception {
    try (ModelRunner runner =
        DecoderLoader.load(ModelFolder.open(Path.of(TinyJob.MODEL)), DECODER)) {
      assertThat(BatchSize.of(runner, "hash", DECODER, folder)).isIn(16, 32, 64);
      Path kept = files().get(0);
      Files.writeString(kept, "5");
      assertThat(BatchSize.of(runner, "hash", DECODER, folder)).isEqualTo(5);
      Files.writeString(kept, "65");
      assertThat(BatchSize.of(runner, "hash", DECODER, folder))
          .as("more than the limit")
          .isIn(16, 32, 64);
      Files.writeString(kept, "");
      assertThat(BatchSize.of(runner, "hash", DECODER, folder)).isIn(16, 32, 64);
      assertThat(files()).containsExactly(kept);
      assertThat(BatchSize.of(runner, "another model", DECODER, folder)).isIn(16, 32, 64);
      assertThat(files()).hasSize(2);
    }
  }

  private List<Path> files() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
