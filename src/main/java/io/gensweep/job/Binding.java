package io.gensweep.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Binds JSON trees of settings to records, with errors that name the key to change. */
final class Binding {
  private static final int LONGEST_SHOWN = 80;
  private static final PropertyNamingStrategies.NamingBase NAMING =
      (PropertyNamingStrategies.NamingBase) PropertyNamingStrategies.SNAKE_CASE;
  private static final Pattern TOKEN_ID = Pattern.compile("0|-?[1-9]\\d*");
  private static final Pattern FIRST_KEY = Pattern.compile("[a-z_.]+");

  /** Maps snake_case keys and coerces no types, except 1 to 1.0. */
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .withCoercionConfig(
              LogicalType.Textual,
              text -> {
                text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                text.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
              })
          .build();

  private Binding() {}

  /** Names and places of the keys of one tree, for errors. */
  interface Scope {
    /** The full key, such as {@code sampling.top_p} for {@code top_p}. */
    String key(String local);

    /** The place of the key's value, as errors name it. */
    String place(String local);
  }

  static <T extends Record> T bind(ObjectNode tree, Class<T> type, Scope scope) {
    tree.fields()
        .forEachRemaining(
            entry -> {
              if (losesEntries(type, entry.getKey(), entry.getValue())) {
                throw mistyped(tree, type, entry.getKey(), scope);
              }
            });
    try {
      return MAPPER.treeToValue(tree, type);
    } catch (JsonMappingException e) {
      Optional<IllegalArgumentException> rule = brokenRule(e);
      if (rule.isPresent()) {
        throw broken(rule.get(), scope);
      }
      throw mistyped(tree, type, e.getPath().get(0).getFieldName(), scope);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree in memory does not parse", e);
    }
  }

  /**
   * A text of control characters would become 0, as a null in a record would, and 05 in a map of
   * token ids the same token as 5.
   */
  private static boolean losesEntries(Class<? extends Record> type, String key, JsonNode value) {
    if (!value.isObject() && !value.isTextual()) {
      return false;
    }
    Type bound = component(type, key).getGenericType();
    if (value.isTextual()) {
      return bound instanceof Class<?> named && named.isPrimitive();
    }
    if (bound instanceof Class<?> named && named.isRecord()) {
      return any(value.elements(), node -> node.isNull() || node.isTextual());
    }
    return bound instanceof ParameterizedType generic
        && generic.getActualTypeArguments()[0] == Integer.class
        && any(value.fieldNames(), id -> !TOKEN_ID.matcher(id).matches());
  }

  private static <T> boolean any(Iterator<T> all, Predicate<T> is) {
    boolean any = false;
    while (all.hasNext() && !any) {
      any = is.test(all.next());
    }
    return any;
  }

  private static JobError mistyped(
      ObjectNode tree, Class<? extends Record> type, String key, Scope scope) {
    return JobError.at(
        scope.place(key),
        scope.key(key) + " must be " + allowed(type, key, tree) + ", was " + shown(tree.get(key)));
  }

  /** Runs what throws IllegalArgumentException with a message that starts with a local key. */
  static <T> T checked(Scope scope, Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw broken(e, scope);
    }
  }

  /** A value on one line, cut when long. */
  static String shown(JsonNode value) {
    String text = value.isDouble() ? Double.toString(value.doubleValue()) : value.toString();
    return cut(text);
  }

  static String cut(String text) {
    return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
  }

  private static JobError broken(IllegalArgumentException rule, Scope scope) {
    String message = rule.getMessage();
    Matcher first = FIRST_KEY.matcher(message);
    String key = first.lookingAt() ? first.group() : "";
    return JobError.at(scope.place(key), scope.key(key) + message.substring(key.length()));
  }

  private static Optional<IllegalArgumentException> brokenRule(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof IllegalArgumentException rule) {
        return Optional.of(rule);
      }
    }
    return Optional.empty();
  }

  private static String allowed(Class<? extends Record> type, String key, ObjectNode tree) {
    return words(component(type, key).getGenericType(), tree.get(key));
  }

  private static RecordComponent component(Class<? extends Record> type, String key) {
    return Arrays.stream(type.getRecordComponents())
        .filter(candidate -> NAMING.translate(candidate.getName()).equals(key))
        .findFirst()
        .orElseThrow();
  }

  private static String words(Type type, JsonNode value) {
    if (type instanceof ParameterizedType generic) {
      Type inner = generic.getActualTypeArguments()[0];
      if (generic.getRawType() == Optional.class) {
        return words(inner, value);
      }
      if (generic.getRawType() == Map.class) {
        return "a map of token ids to numbers";
      }
      if (inner instanceof ParameterizedType) {
        return "a list of lists of whole numbers";
      }
      return inner == String.class ? "a list of texts" : "a list of whole numbers";
    }
    if (type == int.class || type == Integer.class || type == long.class) {
      boolean tooLong = value.isIntegralNumber();
      int bits = type == long.class ? Long.SIZE : Integer.SIZE;
      return tooLong ? "a whole number of at most " + bits + " bits" : "a whole number";
    }
    if (type == double.class) {
      return "a number";
    }
    if (type == boolean.class) {
      return "true or false";
    }
    if (type instanceof Class<?> named && named.isRecord()) {
      return "a map of whole numbers with the keys "
          + Arrays.stream(named.getRecordComponents())
              .map(component -> NAMING.translate(component.getName()))
              .collect(Collectors.joining(", "));
    }
    if (type instanceof Class<?> named && named.isEnum()) {
      List<Object> constants = List.of(named.getEnumConstants());
      return constants.stream().map(Object::toString).collect(Collectors.joining(" | "));
    }
    return value.isValueNode() && !value.isNull() ? "a text (quote it)" : "a text";
  }
}
