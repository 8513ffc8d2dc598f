package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.LocalSpark;
import io.gensweep.job.Command;
import io.gensweep.job.JobFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jobs in jobs/, as they stand there but for the output's place. */
class ExampleJobsTest {
  @TempDir private Path folder;

  /** The guide docs/evaluate.md is about it. */
  @Test
  void theTemperatureJobComesToADecision() throws IOException {
    Path file = Path.of("jobs/temperature.yaml");
    Path output = folder.resolve("out");
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    GenerationJob.run(
        Command.RUN,
        JobFile.parse(file.toString(), Files.readString(file), List.of("output.path=" + output))
            .resolve(Optional.empty()),
        false,
        LocalSpark.session(),
        new PrintStream(told, true, StandardCharsets.UTF_8));
    JsonNode report = new ObjectMapper().readTree(output.resolve("report.json").toFile());
    assertThat(report.path("points")).hasSize(3);
    double cold = accuracy(report, 0);
    assertThat(cold).isGreaterThan(accuracy(report, 2)).isGreaterThan(0.5);
    JsonNode hot = report.path("points").path(2).path("scorers").path("numeric");
    assertThat(hot.path("pass_at_k").path("4").asDouble()).isGreaterThan(accuracy(report, 2));
    assertThat(told.toString(StandardCharsets.UTF_8))
        .contains("by numeric (95% interval", report.path("decision").asText());
  }

  private static double accuracy(JsonNode report, int point) {
    return report
        .path("points")
        .path(point)
        .path("scorers")
        .path("numeric")
        .path("accuracy")
        .asDouble();
  }
}
