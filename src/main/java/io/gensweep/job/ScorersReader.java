package io.gensweep.job;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.gensweep.scorer.ChoiceMatch;
import io.gensweep.scorer.Containment;
import io.gensweep.scorer.CustomScorer;
import io.gensweep.scorer.ExactMatch;
import io.gensweep.scorer.JsonValidity;
import io.gensweep.scorer.NormalizedMatch;
import io.gensweep.scorer.NumericMatch;
import io.gensweep.scorer.RegexMatch;
import io.gensweep.scorer.Scorer;
import io.gensweep.scorer.SqlExpression;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Driver. Reads {@code evaluate.scorers}: a list of types, or of maps with a type and settings. */
final class ScorersReader {
  private static final String KEY = "evaluate.scorers";
  private static final String NAME = "name";
  private static final String TYPE = "type";

  /** Each scorer's type with its settings and their defaults; null where one must be given. */
  private static final Map<String, Form> FORMS = forms();

  private final String place;

  /**
   * @param place of the key, for errors
   */
  ScorersReader(String place) {
    this.place = place;
  }

  private record Form(Class<? extends Record> type, ObjectNode defaults) {}

  private static Map<String, Form> forms() {
    Map<String, Form> forms = new LinkedHashMap<>();
    forms.put("exact", form(ExactMatch.class, "{strip: true}"));
    forms.put("normalized", form(NormalizedMatch.class, "{}"));
    forms.put("numeric", form(NumericMatch.class, "{take: last, tolerance: 0.0}"));
    forms.put("regex", form(RegexMatch.class, "{pattern: null, compare: exact}"));
    forms.put("contains", form(Containment.class, "{ignore_case: false}"));
    forms.put("choice", form(ChoiceMatch.class, "{choices: [A, B, C, D]}"));
    forms.put("json", form(JsonValidity.class, "{schema: ''}"));
    forms.put("sql", form(SqlExpression.class, "{expression: null}"));
    return forms;
  }

  private static Form form(Class<? extends Record> type, String defaults) {
    return new Form(type, (ObjectNode) YamlTree.parse(defaults, line -> "defaults").root());
  }

  List<Scorer> read(JsonNode list) {
    if (!list.isArray()) {
      throw error(KEY + " must be a list of scorers, was " + Binding.shown(list));
    }
    List<Scorer> scorers = new ArrayList<>();
    for (JsonNode entry : list) {
      scorers.add(scorer(KEY + "[" + scorers.size() + "]", entry));
    }
    return scorers;
  }

  private Scorer scorer(String key, JsonNode entry) {
    if (!entry.isTextual() && !entry.isObject()) {
      throw error(key + " must be a type or a map, was " + Binding.shown(entry));
    }
    ObjectNode given = Binding.MAPPER.createObjectNode();
    if (entry.isTextual()) {
      given.set(TYPE, entry);
    } else {
      given.setAll((ObjectNode) entry);
    }
    JsonNode type = given.path(TYPE).isMissingNode() ? given.path(NAME) : given.path(TYPE);
    JsonNode name = given.path(NAME).isMissingNode() ? type : given.path(NAME);
    requireText(key, TYPE, type);
    requireText(key, NAME, name);
    given.remove(List.of(NAME, TYPE));
    Form form = FORMS.get(type.asText());
    return form == null
        ? custom(key, name.asText(), type.asText(), given)
        : known(key, name.asText(), type.asText(), form, given);
  }

  private void requireText(String key, String what, JsonNode text) {
    if (!text.isTextual() || text.asText().isBlank()) {
      throw error(
          "%s.%s must be a text that is not blank, was %s"
              .formatted(key, what, text.isMissingNode() ? "not given" : Binding.shown(text)));
    }
  }

  private Scorer known(String key, String name, String type, Form form, ObjectNode given) {
    List<String> allowed = new ArrayList<>();
    form.defaults().fieldNames().forEachRemaining(allowed::add);
    ObjectNode tree = form.defaults().deepCopy();
    given
        .fields()
        .forEachRemaining(
            setting -> {
              if (!allowed.contains(setting.getKey())) {
                throw unknown(key, type, setting.getKey(), allowed);
              }
              tree.set(setting.getKey(), normal(type, setting.getKey(), setting.getValue()));
            });
    tree.put(NAME, name);
    return (Scorer) Binding.bind(tree, form.type(), scope(key));
  }

  /** A schema may be written out in YAML; 1 stands for 1.0. */
  private static JsonNode normal(String type, String setting, JsonNode value) {
    if (type.equals("json") && setting.equals("schema") && value.isContainerNode()) {
      return TextNode.valueOf(value.toString());
    }
    return value.isIntegralNumber()
        ? Binding.MAPPER.getNodeFactory().numberNode(value.asDouble())
        : value;
  }

  private JobError unknown(String key, String type, String word, List<String> allowed) {
    return error(
        key
            + "."
            + word
            + ": unknown key; "
            + Nearest.question(
                word,
                allowed,
                allowed.isEmpty()
                    ? type + " has no settings"
                    : type + " takes " + String.join(", ", allowed)));
  }

  private Scorer custom(String key, String name, String type, ObjectNode given) {
    List<String> types = new ArrayList<>(FORMS.keySet());
    types.addAll(CustomScorer.types());
    if (!types.contains(type)) {
      throw error(
          key
              + ": there is no scorer "
              + type
              + "; "
              + Nearest.question(type, types, "types: " + String.join(", ", types)));
    }
    Map<String, Object> settings =
        Binding.MAPPER.convertValue(given, new TypeReference<Map<String, Object>>() {});
    return Binding.checked(scope(key), () -> new CustomScorer(name, type, settings));
  }

  private Binding.Scope scope(String key) {
    return new Binding.Scope() {
      @Override
      public String key(String local) {
        return key + "." + local;
      }

      @Override
      public String place(String local) {
        return place;
      }
    };
  }

  private JobError error(String message) {
    return JobError.at(place, message);
  }
}
