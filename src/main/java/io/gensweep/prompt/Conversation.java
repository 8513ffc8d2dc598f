package io.gensweep.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.token.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Executor. Reads a conversation from the JSON of a list of messages, which may have more fields
 * than role and content, such as tool calls. A null field counts as absent, as in Hugging Face
 * transformers.
 */
final class Conversation {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static final String ROLE = "role";
  private static final String CONTENT = "content";

  private Conversation() {}

  /** The canonical JSON of a conversation: role and content first. */
  static String canonical(String json) {
    try {
      return ordered(JSON.readTree(json));
    } catch (JsonProcessingException e) {
      // Nested too deeply: the row becomes an error row when it is read.
      return json;
    }
  }

  private static String ordered(JsonNode tree) throws JsonProcessingException {
    ArrayNode messages = JSON.createArrayNode();
    for (JsonNode message : tree) {
      ObjectNode ordered = messages.addObject();
      ordered.set(ROLE, message.get(ROLE));
      ordered.set(CONTENT, message.get(CONTENT));
      message
          .fields()
          .forEachRemaining(
              field -> {
                if (!field.getValue().isNull()) {
                  ordered.set(field.getKey(), field.getValue());
                }
              });
    }
    return JSON.writeValueAsString(messages);
  }

  /**
   * Parses the messages.
   *
   * @throws IllegalArgumentException if a model of text cannot be given one of them
   */
  static List<Message> read(String json) {
    List<Message> messages = new ArrayList<>();
    try {
      for (JsonNode message : JSON.readTree(json)) {
        messages.add(message(message, messages.size()));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the messages are no JSON: " + e.getOriginalMessage(), e);
    }
    return messages;
  }

  private static Message message(JsonNode message, int number) {
    JsonNode role = message.path(ROLE);
    JsonNode content = message.path(CONTENT);
    boolean saysNothing = isNothing(content);
    // A call of a tool says nothing.
    boolean calls = message.hasNonNull("tool_calls");
    if (!role.isTextual() || role.asText().isEmpty() || (saysNothing && !calls)) {
      throw new IllegalArgumentException("message %d has no role or no content".formatted(number));
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(ROLE, role.asText());
    if (content.isArray() && !saysNothing) {
      List<Object> parts = new ArrayList<>();
      content.forEach(part -> parts.add(part(part, number)));
      fields.put(CONTENT, parts);
    } else if (content.isTextual()) {
      fields.put(CONTENT, content.asText());
    } else if (!saysNothing) {
      throw new IllegalArgumentException(
          "the content of message %d is neither text nor a list of parts".formatted(number));
    }
    message
        .fields()
        .forEachRemaining(
            field -> {
              if (!field.getValue().isNull() && !field.getKey().equals(CONTENT)) {
                fields.putIfAbsent(field.getKey(), value(field.getValue()));
              }
            });
    return new Message(fields);
  }

  private static boolean isNothing(JsonNode content) {
    return content.isMissingNode() || content.isNull() || (content.isArray() && content.isEmpty());
  }

  private static Object part(JsonNode part, int number) {
    boolean text = part.path("type").asText().equals("text") && part.path("text").isTextual();
    if (!text && !part.isTextual()) {
      throw new IllegalArgumentException(
          "message %d has a part of type %s; only parts of type text, with a text, can be given to this model"
              .formatted(number, part.path("type").asText("none")));
    }
    return part.isTextual() ? Message.part(part.asText()) : value(part);
  }

  /** The value as a chat template sees it. */
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
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isIntegralNumber() && !node.canConvertToLong()) {
      throw new IllegalArgumentException(
          "a message has the number %s, which is over 2^63; write it as text".formatted(node));
    }
    if (node.isNumber()) {
      return node.isIntegralNumber() ? (Object) node.longValue() : (Object) node.doubleValue();
    }
    return node.isNull() ? Optional.empty() : node.asText();
  }
}
