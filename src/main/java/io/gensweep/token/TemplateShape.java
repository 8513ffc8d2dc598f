package io.gensweep.token;

import static io.gensweep.token.JsonShape.TEXT;
import static io.gensweep.token.JsonShape.fields;
import static io.gensweep.token.JsonShape.integer;
import static io.gensweep.token.JsonShape.oneOf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * Driver and executor. The shape of a tokenizer.json's template, which puts special tokens around a
 * text. The library looks these tokens up when it encodes, and ends the process if one is missing.
 */
final class TemplateShape {
  private static final JsonShape NUMBER = integer(0, Integer.MAX_VALUE - 1);

  private TemplateShape() {}

  static void check(JsonNode template, JsonPlace place) {
    JsonShape specials = TemplateShape::checkSpecial;
    fields(Map.of("special_tokens", specials.named()), Map.of()).check(template, place);
    JsonNode known = template.path("special_tokens");
    // Texts are encoded one by one, so there is no B in a single one.
    fields(
            Map.of("single", piece(known, "A").listed()),
            Map.of("pair", piece(known, "A", "B").listed()))
        .check(template, place);
  }

  private static JsonShape piece(JsonNode known, String... sequences) {
    JsonShape special =
        (value, place) -> {
          fields(Map.of("id", TEXT), Map.of("type_id", NUMBER)).check(value, place);
          if (!known.has(value.path("id").textValue())) {
            throw JsonShape.wrong(
                place.at("id"), "must be one of special_tokens", value.path("id"));
          }
        };
    JsonShape sequence = fields(Map.of("id", oneOf(sequences)), Map.of("type_id", NUMBER));
    return (value, place) -> {
      boolean isSpecial = value.isObject() && value.has("SpecialToken");
      String kind = isSpecial ? "SpecialToken" : "Sequence";
      fields(Map.of(kind, isSpecial ? special : sequence), Map.of()).check(value, place);
    };
  }

  private static void checkSpecial(JsonNode value, JsonPlace place) {
    fields(Map.of("id", TEXT, "ids", NUMBER.listed(), "tokens", TEXT.listed()), Map.of())
        .check(value, place);
    if (value.path("ids").size() != value.path("tokens").size()) {
      throw JsonShape.wrong(
          place.at("ids"), "must have as many values as tokens", value.path("ids"));
    }
  }
}
