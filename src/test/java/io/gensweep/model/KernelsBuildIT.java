package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library in the resources is what its sources give. */
class KernelsBuildIT {
  @TempDir private Path folder;

  @Test
  void theLibraryIsBuiltFromTheSources() throws Exception {
    Path built = folder.resolve("libgensweep.so");
    Process build =
        new ProcessBuilder(
                "src/main/native/build", System.getProperty("gensweep.python"), built.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(build.waitFor()).as(output).isZero();
    Path kept = Path.of("src/main/resources/io/gensweep/model/linux-x86_64/libgensweep.so");
    assertThat(Files.mismatch(built, kept))
        .as("the first byte that differs; run src/main/native/build")
        .isEqualTo(-1);
  }
}
