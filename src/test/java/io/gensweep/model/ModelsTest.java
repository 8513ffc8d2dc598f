package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.model.spec.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of docs/models.md against the readers of configs and what the kernels compute. */
class ModelsTest {
  private static final Path FAMILIES = Path.of("src/test/resources/families");
  private static final Pattern ROW =
      Pattern.compile("^\\| `(\\w+)` \\| `(\\w+)` \\|.*\\| (\\w+) \\|$", Pattern.MULTILINE);

  @Test
  void theTableSaysWhatLoadsAndWhatComputesIt() throws IOException {
    Map<String, List<Boolean>> computed = computedByKernels();
    List<String> rows =
        ROW.matcher(Files.readString(Path.of("docs/models.md")))
            .results()
            .map(ModelsTest::row)
            .toList();
    assertThat(rows)
        .containsExactlyElementsOf(
            ModelConfig.architectures().entrySet().stream()
                .map(
                    each ->
                        String.join(
                            " ", each.getKey(), each.getValue(), how(computed.get(each.getKey()))))
                .toList());
  }

  private static String row(MatchResult row) {
    return String.join(" ", row.group(1), row.group(2), row.group(3));
  }

  private static String how(List<Boolean> shapes) {
    if (!shapes.contains(true)) {
      return "no";
    }
    return shapes.contains(false) ? "some" : "yes";
  }

  /** By model_type, whether the kernels compute each shape that loads. */
  private static Map<String, List<Boolean>> computedByKernels() throws IOException {
    Map<String, List<Boolean>> computed = new TreeMap<>();
    for (Path file : files()) {
      for (JsonNode shape : new ObjectMapper().readTree(file.toFile()).get("shapes")) {
        JsonNode config = shape.get("config");
        JsonNode text = config.has("text_config") ? config.get("text_config") : config;
        String type = text.path("model_type").asText();
        if (ModelConfig.architectures().containsKey(type) && !shape.has("refused")) {
          computed
              .computeIfAbsent(type, key -> new ArrayList<>())
              .add(Kernels.whyNot(ModelConfig.read(config)).isEmpty());
        }
      }
    }
    return computed;
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FAMILIES)) {
      return files.sorted(Comparator.naturalOrder()).toList();
    }
  }
}
