package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What libgomp says of its settings when a JVM of its own has loaded libtorch. */
class TorchEnvironmentTest {

  @Test
  void threadsOfLibtorchSpinShortlyUnlessTheUserSaysHowLong() throws Exception {
    assertThat(settings(Map.of())).contains("GOMP_SPINCOUNT = '10000'");
    assertThat(settings(Map.of("GOMP_SPINCOUNT", "77"))).contains("GOMP_SPINCOUNT = '77'");
    assertThat(settings(Map.of("OMP_WAIT_POLICY", "PASSIVE"))).contains("GOMP_SPINCOUNT = '0'");
  }

  private static String settings(Map<String, String> set) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LoadsLibtorch.class.getName())
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.matches("(OMP|GOMP)_.*"));
    builder.environment().put("OMP_DISPLAY_ENV", "VERBOSE");
    builder.environment().putAll(set);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** The program of that JVM. */
  static final class LoadsLibtorch {
    private LoadsLibtorch() {}

    public static void main(String[] arguments) {
      TorchEnvironment.prepare();
    }
  }
}
