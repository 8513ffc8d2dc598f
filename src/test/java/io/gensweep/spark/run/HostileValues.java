package io.gensweep.spark.run;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** JSON that a row may bring for a sampling key, and which of it the guide's bounds let in. */
public final class HostileValues {
  /** What the job says; min_tokens depends on it. */
  static final int MAX_TOKENS = 6;

  private static final int VOCAB = 512;
  private static final BigDecimal TINY = new BigDecimal("1e-400");
  private static final Pattern NUMBER = Pattern.compile("\"?(-?\\d+(\\.\\d+)?(e-?\\d{1,9})?)\"?");

  private static final String NUMBERS =
      "0 -0 1 -1 2 -2 3 -3 6 7 511 512 513 -512 20000 16385 65536 1000000 1000001 2147483647"
          + " 2147483648 -2147483648 -2147483649 4294967296 9007199254740993 9223372036854775807"
          + " 9223372036854775808 -9223372036854775808 -9223372036854775809 18446744073709551616"
          + " 0.0 -0.0 0.5 1.0 1.5 2.0 2.5 -0.5 -1.0 -1.5 -2.5 0.999999999999 1.000000000001 100.5"
          + " 1e-6 1e6 1e7 1e-7 1e16 1e20 1e-30 1e-31 1e30 1e31 1.17e-38 1e-38 1e-45 4.9e-324"
          + " 1e-300 -1e-300 1e-400 3.4e38 3.5e38 1e39 1e300 -1e300 1.7e308 1e309 1e400 -1e400"
          + " 1e999999999 1e-999999999 1";

  private static final List<String> OTHERS =
      List.of(
          "true",
          "false",
          "null",
          "NaN",
          "Infinity",
          "-Infinity",
          "+1",
          "01",
          ".5",
          "1.",
          "0x10",
          "\"\"",
          "\" \"",
          "\"0\"",
          "\"1\"",
          "\"1e400\"",
          "\"1e-300\"",
          "\"2147483648\"",
          "\"NaN\"",
          "\"Infinity\"",
          "\"true\"",
          "\"null\"",
          "\"[]\"",
          "\"{}\"",
          "\"[1\"",
          "\"hf\"",
          "\"HF\"",
          "\"vllm\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\\u00e9\"",
          "\"\\ud83d\\ude00\"",
          "\"\\n\"",
          "\"\\u2028\"",
          "\"%s %n\"",
          "[]",
          "[[]]",
          "[[[]]]",
          "[0]",
          "[-1]",
          "[511]",
          "[512]",
          "[2147483647]",
          "[2147483648]",
          "[1.5]",
          "[1.0]",
          "[1e400]",
          "[null]",
          "[true]",
          "[\"a\"]",
          "[\"\"]",
          "[\" \"]",
          "[\"1\"]",
          "[\"\\u0000\"]",
          "[\"\\ud800\"]",
          "[[0]]",
          "[[0, 1]]",
          "[[-1]]",
          "[[512]]",
          "[[null]]",
          "[[0], []]",
          "[[\"a\"]]",
          "[{}]",
          "[0, 0]",
          "[0, \"a\"]",
          "[0, 1",
          "{}",
          "{\"0\": 0}",
          "{\"0\": 100}",
          "{\"0\": 101}",
          "{\"0\": -1e400}",
          "{\"0\": 1e-300}",
          "{\"0\": null}",
          "{\"0\": \"1\"}",
          "{\"0\": []}",
          "{\"-1\": 1}",
          "{\"512\": 1}",
          "{\"a\": 1}",
          "{\"\": 1}",
          "{\"1.5\": 1}",
          "{\"05\": 1, \"5\": 2}",
          "{\"5\": 1, \"5\": 2}",
          "{\"99999999999\": 1}",
          "{\"max_pattern_size\": 1}",
          "{\"max_pattern_size\": 2147483647, \"min_count\": 2147483647}",
          "{\"max_pattern_size\": 2147483647, \"min_count\": 2}",
          "{\"max_pattern_size\": 1, \"min_count\": -2}",
          "{\"max_pattern_size\": null, \"min_count\": null}",
          "{\"max_pattern_size\": 1.5, \"min_count\": 2}",
          "{\"min_pattern_size\": 1}");

  private static final List<String> LARGE =
      List.of(
          "1".repeat(400),
          "1" + "0".repeat(1100),
          '"' + "a".repeat(100_001) + '"',
          "[\"" + "b".repeat(100_001) + "\"]",
          list(VOCAB, i -> Integer.toString(i)),
          list(VOCAB + 1, i -> "0"),
          list(10_001, i -> "\"x" + i + '"'),
          list(30_001, i -> "[1, 2]"),
          list(20_000, i -> "[]"),
          "[[" + String.join(",", Collections.nCopies(1 << 20, "1")) + ",1]]",
          "[".repeat(40) + "]".repeat(40),
          "[".repeat(990) + "]".repeat(990),
          "{\"" + "k".repeat(100_000) + "\": 1}");

  private static final Set<String> MANY =
      Set.of(
          "stop",
          "bad_words",
          "bad_words_ids",
          "allowed_token_ids",
          "stop_token_ids",
          "logit_bias");
  private static final Set<String> NO_TEXTS = Set.of("[]");
  private static final Set<String> ID_LISTS =
      Set.of("[]", "\"[]\"", "[0]", "[511]", "[0, 0]", list(VOCAB, i -> Integer.toString(i)));

  private HostileValues() {}

  /** Every value that any key is tried with; not all are JSON. */
  static List<String> all() {
    return Stream.concat(Stream.of(NUMBERS.split(" ")), OTHERS.stream()).distinct().toList();
  }

  /** More of them, for keys that take a list or a map. */
  static List<String> large() {
    return LARGE;
  }

  static boolean takesMany(String key) {
    return MANY.contains(key);
  }

  /** By key, whether a value is one that a job with this model and MAX_TOKENS may have. */
  static Map<String, Predicate<String>> allowed() {
    Map<String, Predicate<String>> keys = new LinkedHashMap<>();
    keys.put("n", whole("1", "16384"));
    keys.put("num_return_sequences", whole("1", "16384"));
    keys.put("max_tokens", whole("1", "2147483647"));
    keys.put("max_new_tokens", whole("1", "2147483647"));
    keys.put("min_tokens", whole("0", Integer.toString(MAX_TOKENS)));
    keys.put("temperature", number("1e-30", "1e30").or(number("0", "0")));
    keys.put("top_k", whole("-1", "2147483647"));
    keys.put("top_p", number("4.9e-324", "1"));
    keys.put("min_p", number("0", "1"));
    keys.put("typical_p", number("4.9e-324", "1"));
    keys.put("epsilon_cutoff", number("0", "0.9999999999999999"));
    keys.put("eta_cutoff", number("0", "0.9999999999999999"));
    keys.put("repetition_penalty", number("1e-6", "1e6"));
    keys.put("presence_penalty", number("-2", "2"));
    keys.put("frequency_penalty", number("-2", "2"));
    keys.put("no_repeat_ngram_size", whole("0", "2147483647"));
    keys.put("logprobs", whole("0", Integer.toString(VOCAB)));
    keys.put("seed", whole(Long.toString(Long.MIN_VALUE), Long.toString(Long.MAX_VALUE)));
    keys.put("profile", Set.of("\"hf\"", "\"vllm\"")::contains);
    for (String key : List.of("ignore_eos", "include_stop_str_in_output", "skip_special_tokens")) {
      keys.put(key, Set.of("true", "false", "\"true\"")::contains);
    }
    keys.put("prompt_logprobs", value -> false);
    keys.put("from_model", value -> false);
    keys.put(
        "logit_bias",
        Set.of("{}", "\"{}\"", "{\"0\": 0}", "{\"0\": 100}", "{\"0\": 1e-300}")::contains);
    keys.put("allowed_token_ids", ID_LISTS::contains);
    keys.put("stop_token_ids", ID_LISTS::contains);
    keys.put("bad_words_ids", Set.of("[]", "\"[]\"", "[[0]]", "[[0, 1]]")::contains);
    keys.put("stop", HostileValues::isTexts);
    keys.put(
        "bad_words",
        value ->
            (isTexts(value)
                    && !value.matches(".*\\\\ud[8c]00.*")
                    && !value.replaceAll("^\\[|]$|\"|\\\\n|\\\\u2028", "").isBlank())
                || NO_TEXTS.contains(value));
    keys.put(
        "repetition_detection",
        Set.of(
                "{}",
                "\"{}\"",
                "{\"max_pattern_size\": 2147483647, \"min_count\": 2147483647}",
                "{\"max_pattern_size\": 2147483647, \"min_count\": 2}")
            ::contains);
    return keys;
  }

  /** One text that is not empty, or a list of such, and no more of them than the bounds. */
  private static boolean isTexts(String value) {
    return NO_TEXTS.contains(value)
        || (value.length() < 20_000 && value.matches("\"[^\"]+\"|\\[\"[^\"]+\"]"));
  }

  private static Predicate<String> number(String least, String most) {
    return value -> {
      var matcher = NUMBER.matcher(value);
      return matcher.matches()
          && value.length() <= 1000
          && !value.matches("\"?-?0\\d.*")
          && isIn(new BigDecimal(matcher.group(1)), least, most);
    };
  }

  private static boolean isIn(BigDecimal number, String least, String most) {
    // The smallest double rounds to 0.
    BigDecimal rounded = number.abs().compareTo(TINY) <= 0 ? BigDecimal.ZERO : number;
    return rounded.compareTo(new BigDecimal(least)) >= 0
        && rounded.compareTo(new BigDecimal(most)) <= 0;
  }

  private static Predicate<String> whole(String least, String most) {
    return number(least, most)
        .and(
            value -> {
              BigDecimal number = new BigDecimal(value.replace("\"", ""));
              return number.stripTrailingZeros().scale() <= 0 || number.abs().compareTo(TINY) <= 0;
            });
  }

  private static String list(int size, IntFunction<String> item) {
    return IntStream.range(0, size).mapToObj(item).collect(Collectors.joining(",", "[", "]"));
  }
}
