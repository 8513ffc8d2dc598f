package io.gensweep.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Driver. Writes JSON for people to read. */
final class Json {
  static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  static byte[] pretty(JsonNode tree) throws JsonProcessingException {
    String text = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(tree) + "\n";
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static JsonNode parse(byte[] bytes) throws IOException {
    return MAPPER.readTree(bytes);
  }
}
