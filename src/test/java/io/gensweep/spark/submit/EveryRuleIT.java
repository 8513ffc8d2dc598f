package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sweep over the sampling rules under a real spark-submit, against the same job done by HF
 * transformers with HF's logits processors and the draws of philox.py.
 */
class EveryRuleIT {
  @TempDir Path folder;

  @Test
  void everyRowOfAWholeJobIsWhatHfSays() throws Exception {
    SparkSubmit.Ended ended =
        SharedDriver.gensweep(
            List.of("--master", "local[2]"),
            "run",
            "src/test/resources/jobs/every-rule.yaml",
            "--set",
            "output.path=" + folder.resolve("out"));
    assertThat(ended.exitCode()).as(ended.output()).isZero();
    SparkSubmit.Ended same =
        SparkSubmit.python(
            "src/test/python/check_job.py",
            folder.resolve("out").toString(),
            "src/test/resources/jobs/every-rule-oracle.json");
    assertThat(same.output()).isEqualTo("equal 102\n");
  }

  @Test
  void theDocumentedDrawsAreThoseOfThePythonReference() throws Exception {
    SparkSubmit.Ended table = SparkSubmit.python("src/test/python/philox.py");
    assertThat(table.output().lines()).hasSize(8);
    assertThat(Files.readString(Path.of("docs/sampling.md"))).contains(table.output());
  }
}
