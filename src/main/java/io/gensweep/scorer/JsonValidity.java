package io.gensweep.scorer;

import static io.gensweep.sampling.Checks.require;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.resource.AllowSchemaLoader;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Right if the text is JSON, alone or in a fence of Markdown, and suits the schema if there is one.
 *
 * @param schema a JSON Schema as text, of draft 2020-12 unless it names another; "" for none
 */
public record JsonValidity(String name, String schema) implements Scorer {
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  private static final JsonSchemaFactory FACTORY =
      JsonSchemaFactory.getInstance(
          SpecVersion.VersionFlag.V202012,
          // Nothing is fetched from the network.
          factory ->
              factory.schemaLoaders(
                  loaders ->
                      loaders.add(
                          new AllowSchemaLoader(
                              place -> place.toString().startsWith("classpath:")))));

  private static final Pattern FENCE = Pattern.compile("(?s)\\s*```(?:json)?\\s*\\n(.*?)```\\s*");
  private static final Map<String, JsonSchema> SCHEMAS = new ConcurrentHashMap<>();

  public JsonValidity {
    if (!schema.isEmpty()) {
      try {
        requireSchema(MAPPER.readTree(schema));
        compiled(schema).initializeValidators();
      } catch (JsonProcessingException | RuntimeException e) {
        throw new IllegalArgumentException(
            "schema must be a JSON Schema, was %s: %s"
                .formatted(
                    schema.length() <= 80 ? schema : schema.substring(0, 80) + "...",
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
            e);
      }
    }
  }

  private static void requireSchema(JsonNode tree) {
    require(tree.isObject() || tree.isBoolean(), "it is neither a map nor true or false");
    for (JsonNode reference : tree.findValues("$ref")) {
      String to = reference.asText();
      require(
          to.startsWith("#") || to.contains("://json-schema.org/"),
          "$ref must point into the schema itself, was " + to);
    }
    String dialect = tree.path("$schema").asText(SchemaId.V202012);
    Set<ValidationMessage> errors = FACTORY.getSchema(SchemaLocation.of(dialect)).validate(tree);
    require(
        errors.isEmpty(),
        errors.stream().map(ValidationMessage::getMessage).sorted().findFirst().orElse(""));
  }

  @Override
  public boolean needsReference() {
    return false;
  }

  @Override
  public Verdict score(Sample sample) {
    Matcher fenced = FENCE.matcher(sample.text());
    JsonNode tree;
    try {
      tree = MAPPER.readTree(fenced.matches() ? fenced.group(1) : sample.text());
    } catch (JsonProcessingException e) {
      return Verdict.nothingFound();
    }
    if (tree.isMissingNode()) {
      return Verdict.nothingFound();
    }
    boolean valid = schema.isEmpty() || compiled(schema).validate(tree).isEmpty();
    return new Verdict(valid ? 1 : 0, Optional.of(tree.toString()));
  }

  private static JsonSchema compiled(String schema) {
    return SCHEMAS.computeIfAbsent(schema, FACTORY::getSchema);
  }
}
