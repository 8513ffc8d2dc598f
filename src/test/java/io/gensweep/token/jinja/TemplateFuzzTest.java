package io.gensweep.token.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Random templates against what transformers renders (src/test/python/fuzz_templates.py). */
class TemplateFuzzTest {
  private static final Path RECORDED = Path.of("src/test/resources/chat/fuzz.jsonl");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Most of what the grammar can write is supported; a renderer that refuses it all would pass. */
  private static final double MOST_REFUSED = 0.1;

  @Test
  void randomTemplatesRenderAsInTransformersOrAreRefusedByName() throws IOException {
    Path file = Path.of(System.getProperty("gensweep.templates", RECORDED.toString()));
    List<String> lines = Files.readAllLines(file);
    JsonNode setting = JSON.readTree(lines.get(0));
    Map<String, Object> variables = new LinkedHashMap<>();
    setting
        .get("variables")
        .fields()
        .forEachRemaining(v -> variables.put(v.getKey(), value(v.getValue())));
    LocalDateTime now = LocalDateTime.parse(setting.get("now").asText());
    List<String> wrong = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      JsonNode example = JSON.readTree(line);
      String template = example.get("template").asText();
      try {
        String text = Template.compile(template).render(variables, now);
        if (!example.has("expected") || !text.equals(example.get("expected").asText())) {
          wrong.add(example + "\n  gives  " + JSON.writeValueAsString(text));
        }
      } catch (TemplateException stopped) {
        if (stopped.kind() == TemplateException.Kind.UNSUPPORTED) {
          refused.add(stopped.getMessage() + " in " + JSON.writeValueAsString(template));
        } else if (!example.has("error")) {
          wrong.add(example + "\n  stops  " + stopped.kind() + " " + stopped.getMessage());
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(refused).hasSizeLessThan((int) (MOST_REFUSED * lines.size()));
  }

  private static Object value(JsonNode node) {
    if (node.isObject()) {
      Map<String, Object> map = new LinkedHashMap<>();
      node.fields().forEachRemaining(field -> map.put(field.getKey(), value(field.getValue())));
      return map;
    }
    if (node.isArray()) {
      List<Object> list = new ArrayList<>();
      node.forEach(item -> list.add(value(item)));
      return list;
    }
    return node.isNull() ? Optional.empty() : JSON.convertValue(node, Object.class);
  }
}
