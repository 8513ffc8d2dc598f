package io.gensweep.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.JobError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 6, 15, 4, 5);
  private static final List<Message> HELLO = List.of(new Message("user", "hello"));

  @TempDir private Path folder;

  /** The oracle: transformers itself (src/test/python/make_chat_oracle.py). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "chatml", "chatml-blocks", "llama2", "llama3", "llama31", "qwen25", "qwen3", "mistral",
        "mistral-v3", "gemma", "gemma3", "zephyr", "phi3", "deepseek", "macros", "vicuna"
      })
  void conversationsRenderAsInTransformers(String shape) throws IOException {
    JsonNode oracle;
    try (InputStream file = getClass().getResourceAsStream("/chat/" + shape + ".json")) {
      oracle = JSON.readTree(file);
    }
    ChatTemplate template = shape(shape);
    SoftAssertions softly = new SoftAssertions();
    for (JsonNode example : oracle.get("cases")) {
      List<Message> messages = new ArrayList<>();
      example.get("messages").forEach(message -> messages.add(message(message)));
      boolean prompted = example.get("add_generation_prompt").asBoolean();
      String name = example.get("name").asText();
      if (example.has("expected")) {
        softly
            .assertThat(template.render(messages, prompted))
            .as(name)
            .isEqualTo(example.get("expected").asText());
      } else {
        softly
            .assertThatThrownBy(() -> template.render(messages, prompted))
            .as(name)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(
                "the chat template refuses these messages: "
                    + example.get("error").asText().replaceFirst("^TemplateError: ", ""));
      }
    }
    assertThat(oracle.get("cases").size()).isGreaterThan(40);
    softly.assertAll();
  }

  /** The same oracle, with continue_final_message. */
  @Test
  void lastMessagesGoOnAndPartsRenderAsInTransformers() throws IOException {
    JsonNode oracle;
    try (InputStream file = getClass().getResourceAsStream("/chat/continued.json")) {
      oracle = JSON.readTree(file);
    }
    SoftAssertions softly = new SoftAssertions();
    for (JsonNode example : oracle) {
      ChatTemplate template = shape(example.get("shape").asText());
      List<Message> messages = new ArrayList<>();
      example.get("messages").forEach(message -> messages.add(message(message)));
      Supplier<String> rendered =
          () ->
              example.get("continued").asBoolean()
                  ? template.continued(messages)
                  : template.render(messages, false);
      String name = example.get("shape").asText() + ", " + example.get("name").asText();
      if (example.has("expected")) {
        softly
            .assertThatCode(
                () -> assertThat(rendered.get()).isEqualTo(example.get("expected").asText()))
            .as(name)
            .doesNotThrowAnyException();
      } else {
        softly
            .assertThatThrownBy(rendered::get)
            .as(name)
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
    assertThat(oracle.size()).isGreaterThan(400);
    softly.assertAll();
  }

  @Test
  void partsBecomeOneTextWhereATemplateTakesOnlyText() throws IOException {
    for (String shape : List.of("chatml", "chatml-blocks", "qwen3", "mistral", "llama31")) {
      ChatTemplate template = shape(shape);
      Message parts =
          new Message(
              Map.of("role", "user", "content", List.of(Message.part("a"), Message.part("b"))));
      assertThat(template.render(List.of(parts), true))
          .isEqualTo(template.render(List.of(new Message("user", "a b")), true));
    }
  }

  private static ChatTemplate shape(String name) throws IOException {
    try (InputStream file = ChatTemplateTest.class.getResourceAsStream("/chat/" + name + ".json")) {
      JsonNode oracle = JSON.readTree(file);
      return ChatTemplate.of(
          oracle.get("template").asText(),
          JSON.convertValue(
              oracle.get("special_tokens"), new TypeReference<Map<String, String>>() {}));
    }
  }

  private static Message message(JsonNode fields) {
    return new Message(JSON.convertValue(fields, new TypeReference<Map<String, Object>>() {}));
  }

  @Test
  void aConversationWithoutMessagesIsRefused() {
    ChatTemplate template = ChatTemplate.of("x", Map.of());
    assertThatThrownBy(() -> template.render(List.of(), true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("messages");
  }

  @Test
  void aTemplateThatCannotBeRenderedExactlyIsRefusedWhenItIsParsed() {
    assertThatThrownBy(() -> ChatTemplate.of("{% include 'other' %}", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'include'")
        .hasMessageContaining("chat_template: FILE");
  }

  @Test
  void aFileBesideTheConfigurationWinsOverItsEntry() throws IOException {
    config("{\"chat_template\": \"entry\", \"bos_token\": \"<s>\"}");
    assertThat(rendered("")).contains("entry");
    Files.writeString(folder.resolve("chat_template.jinja"), "{{ bos_token }}file\n");
    assertThat(rendered("")).contains("<s>file");
  }

  @Test
  void anExplicitTemplateWinsOverAll() throws IOException {
    config(
        "{\"chat_template\": \"{% broken\", "
            + "\"bos_token\": {\"__type\": \"AddedToken\", \"content\": \"<s>\"}}");
    assertThat(rendered("{{ bos_token }}mine{{ eos_token }}")).contains("<s>mine");
  }

  @Test
  void ofNamedTemplatesTheDefaultIsTaken() throws IOException {
    config(
        "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"r\"},"
            + "{\"name\": \"default\", \"template\": \"d\"}]}");
    assertThat(rendered("")).contains("d");
    config("{\"chat_template\": [{\"name\": \"rag\", \"template\": \"r\"}]}");
    assertThatThrownBy(() -> rendered(""))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("only rag");
  }

  @Test
  void aModelWithoutATemplateHasNone() throws IOException {
    assertThat(rendered("")).isEmpty();
    config("{\"chat_template\": null}");
    assertThat(rendered("")).isEmpty();
  }

  private void config(String json) throws IOException {
    Files.writeString(folder.resolve("tokenizer_config.json"), json);
  }

  private Optional<String> rendered(String override) {
    return ChatTemplate.load(folder, override, NOW).map(template -> template.render(HELLO, false));
  }
}
