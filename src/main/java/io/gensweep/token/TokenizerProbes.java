package io.gensweep.token;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Texts that test whether a tokenizer survives what prompts may contain, by a name for messages:
 * nothing, special tokens, every kind of character, and long runs of one or two characters, which
 * make regular expressions backtrack.
 */
final class TokenizerProbes {
  /** Version of the probes; a tokenizer that passed another version is tried again. */
  static final int VERSION = 1;

  /**
   * Length of a run, in characters. A scan of the rest from each of its characters exceeds the 10
   * million steps that the library's regular expressions allow.
   */
  private static final int RUN = 5000;

  private static final int MOST_LITERALS = 24;
  private static final List<String> KINDS =
      List.of(
          " ",
          "\n",
          "\t",
          "\u00a0",
          "a",
          "A",
          "7",
          ".",
          "'",
          "_",
          "-",
          "\u4e2d",
          "\u00e9",
          "\u0301",
          "\u2581",
          "\u0120",
          "\ud83d\ude00");

  private static final List<String> PAIRS =
      List.of("a1", "a ", "aA", "a\n", ". ", " \n", "a'", "1.");

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "\n",
          "\r\n \r\n",
          "Hello, world! It's 10:45 on 2024-07-06; we'll see.",
          "def f(x):\n    return {'a': [x ** 2, -1.5e3]}  # why\n\n\n",
          "Gr\u00f6\u00dfe \u00e9t\u00e9 \u0130stanbul \ufb03 \u2460 \u2122 \u00bd x\u0301\u0302 \u1e9e",
          "\u4e2d\u6587\u3002\u65e5\u672c\u8a9e\u306e\u6587 \ud55c\uad6d\uc5b4 \u0939\u093f\u0928\u094d\u0926\u0940 \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u0e44\u0e17\u0e22",
          "\ud83d\ude00\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\ud83c\uddeb\ud83c\uddf7\u2764\ufe0f",
          "\u0000\u0001\u0007\u001b\u007f\u0085\u2028\u2029\ufeff\ufffd\ue000\udbff\udffd",
          "\u2581\u2581a \u0120b <0x0A> ##c </w>");

  private TokenizerProbes() {}

  /**
   * The texts.
   *
   * @param file a tokenizer.json, of whose expressions the characters are tried in long runs
   * @param specials texts that are special tokens
   */
  static Map<String, String> of(JsonNode file, Set<String> specials) {
    Map<String, String> probes = new LinkedHashMap<>();
    TEXTS.forEach(text -> probes.put("'" + Printable.cut(text, 40) + "'", text));
    specials.stream()
        .limit(MOST_LITERALS)
        .forEach(text -> probes.put("'" + Printable.cut(text, 40) + "'", " " + text + "a" + text));
    Set<String> written = characters(file);
    // An expression that needs a character which the text lacks is not tried at all.
    String end = "!\u0000a" + String.join("", written);
    Set<String> runs = new LinkedHashSet<>(KINDS);
    written.stream().filter(TokenizerProbes::isLetter).limit(MOST_LITERALS).forEach(runs::add);
    runs.addAll(PAIRS);
    for (String part : runs) {
      String run = part.repeat(RUN / part.length());
      probes.put("a run of '" + Printable.cut(part, 40) + "'", run + end + run);
    }
    return probes;
  }

  private static boolean isLetter(String character) {
    return Character.isLetterOrDigit(character.codePointAt(0));
  }

  /** The characters of the file's regular expressions. */
  private static Set<String> characters(JsonNode file) {
    Set<String> found = new LinkedHashSet<>();
    for (String expression : file.findValuesAsText("Regex")) {
      expression.codePoints().limit(1000).forEach(c -> found.add(Character.toString(c)));
    }
    return found;
  }
}
