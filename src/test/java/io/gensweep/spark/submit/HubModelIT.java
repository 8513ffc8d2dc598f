package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.model.HubLayout;
import io.gensweep.spark.run.TinyJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job whose model is one that {@code hf download} has brought. */
class HubModelIT {
  private static final List<String> LOCAL = List.of("--master", "local[2]");

  @TempDir private Path folder;

  @Test
  void theRowsAreThoseOfTheFolderAndTheManifestHasTheCommit() throws Exception {
    HubLayout.in(folder.resolve("hf/hub"), Path.of(TinyJob.MODEL));
    Map<String, String> home = Map.of("HF_HOME", folder.resolve("hf").toString());
    try (SharedDriver driver = SharedDriver.start(home)) {
      done(driver.execute(LOCAL, run("hf:org/tiny", "cached")));
      done(driver.execute(LOCAL, "verify", folder.resolve("cached").toString()));
    }
    done(SharedDriver.gensweep(LOCAL, run(TinyJob.MODEL, "named")));
    SparkSubmit.requireSameRows(64, folder.resolve("cached"), folder.resolve("named"));
    assertThat(Files.readString(folder.resolve("cached/manifest.json")))
        .contains("\"hf:org/tiny@" + HubLayout.COMMIT + "\"");
    SparkSubmit.Ended elsewhere = SharedDriver.gensweep(LOCAL, run("hf:org/tiny", "elsewhere"));
    assertThat(elsewhere.exitCode()).isEqualTo(2);
    assertThat(elsewhere.output())
        .contains("hf:org/tiny is not in the cache of this machine")
        .contains("run: hf download org/tiny");
  }

  private String[] run(String model, String output) {
    return new String[] {
      "run",
      "jobs/quickstart.yaml",
      "--set",
      "model.path=" + model,
      "--set",
      "sampling.from_model=true",
      "--set",
      "sampling.max_tokens=8",
      "--set",
      "output.path=" + folder.resolve(output)
    };
  }

  private static void done(SparkSubmit.Ended ended) throws Exception {
    assertThat(ended.exitCode()).as(ended.output()).isZero();
  }
}
