package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.spark.plan.HostileFolders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Some of the hostile folders by the real spark-submit, with the jar that users have. */
class HostileFoldersIT {
  private static final int KINDS = 12;

  @TempDir private Path folder;

  @Test
  void aFolderIsRefusedInOneLineOrUsed() throws Exception {
    List<HostileFolders.Folder> all = HostileFolders.all();
    for (int i = 0; i < KINDS; i++) {
      HostileFolders.Folder hostile = all.get(i * all.size() / KINDS);
      Path model = hostile.make(folder.resolve("model-" + i));
      SparkSubmit.Ended ended = run(model, folder.resolve("out-" + i));
      // A link out of the folder, of which the one who empties it would warn.
      Files.deleteIfExists(model.resolve(HostileFolders.WEIGHTS));
      assertThat(ended.exitCode()).as(hostile + ": " + ended.output()).isIn(0, 2, 3);
      assertThat(ended.output()).as(hostile.toString()).doesNotContain("\tat ", "Exception in");
      assertThat(ended.output().lines().filter(line -> line.matches("gensweep: (?!warning|\\d).*")))
          .as(hostile + ": " + ended.output())
          .hasSize(1);
    }
  }

  /** The tokenizers library would end the JVM with it, the driver's or an executor's. */
  @Test
  void aCatastrophicExpressionIsFoundByTheTrialOfTheJar() throws Exception {
    Path model = Files.createDirectory(folder.resolve("model"));
    for (String name : List.of("config.json", "model.safetensors", "tokenizer_config.json")) {
      Files.copy(HostileFolders.TINY.resolve(name), model.resolve(name));
    }
    String tokenizer = Files.readString(HostileFolders.TINY.resolve("tokenizer.json"));
    String split =
        "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"(.*.*.*)*x\"}, \"behavior\": \"Isolated\","
            + " \"invert\": false}";
    String hostile = tokenizer.replaceFirst("\"pretokenizers\": \\[", "$0" + split + ",");
    assertThat(hostile).isNotEqualTo(tokenizer);
    Files.writeString(model.resolve("tokenizer.json"), hostile);
    SparkSubmit.Ended ended = run(model, folder.resolve("out"));
    assertThat(ended.exitCode()).as(ended.output()).isEqualTo(2);
    assertThat(ended.output())
        .contains("tokenizer.json: the tokenizers library fails while encoding")
        .doesNotContain("\tat ");
  }

  private static SparkSubmit.Ended run(Path model, Path output) throws Exception {
    return SharedDriver.gensweep(
        List.of("--master", "local[1]"),
        "run",
        "jobs/quickstart.yaml",
        "--set",
        "model.path=" + model,
        "--set",
        "sampling.max_tokens=1",
        "--set",
        "output.path=" + output);
  }
}
