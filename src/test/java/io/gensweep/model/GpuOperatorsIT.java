package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The operators on GPUs with the stand-in of NVIDIA's driver, in processes of their own. */
class GpuOperatorsIT {
  @TempDir private static Path folder;
  private static Path driver;
  private static List<String> checks;

  @BeforeAll
  static void check() throws IOException, InterruptedException {
    driver = StandIn.build(folder.resolve("driver"), "-DSTANDIN_VERSION=13000");
    checks = run(GpuChecks.class, driver.getParent(), driver.toString());
  }

  @ParameterizedTest
  @MethodSource("names")
  void theyDoWhatIsAsked(String name) {
    assertThat(checks)
        .filteredOn(check -> check.startsWith(name))
        .containsExactly(name + " passed");
  }

  static List<String> names() {
    return GpuChecks.names();
  }

  @Test
  void aDriverThatCannotBeUsedIsNamed() throws IOException, InterruptedException {
    Path old =
        StandIn.build(
            folder.resolve("old"), "-DSTANDIN_VERSION=11040", "-DcuLaunchKernelEx=cuLaunchUnknown");
    Path place = Files.createDirectories(folder.resolve("place"));
    List<String> said =
        run(UnusableDrivers.class, place, place.toString(), old.toString(), driver.toString());
    assertThat(said).hasSize(4);
    assertThat(said.get(0)).startsWith("libcuda.so.1 cannot be loaded: ").contains("invalid ELF");
    assertThat(said.subList(1, 4))
        .containsExactly(
            "libcuda.so.1 has no cuLaunchKernelEx: the driver is of CUDA 11.4, and at least 12.0"
                + " is needed",
            "cuInit: CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected",
            "1");
  }

  /** The lines that a process prints whose libraries are looked for in a folder first. */
  private static List<String> run(Class<?> program, Path libraries, String... arguments)
      throws IOException, InterruptedException {
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            program.getName());
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(java.stream(), Arrays.stream(arguments)).toList());
    builder.environment().put("LD_LIBRARY_PATH", libraries.toString());
    Path errors = folder.resolve(program.getSimpleName() + ".err");
    Process process = builder.redirectError(errors.toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said + Files.readString(errors)).isZero();
    return said.lines().toList();
  }
}
