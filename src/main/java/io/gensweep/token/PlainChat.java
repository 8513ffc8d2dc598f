package io.gensweep.token;

import io.gensweep.job.SpecialTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Executor, one per task. Encodes conversations from untrusted users: text in a message that looks
 * like a special token stays text, while the special tokens that the template writes are special.
 *
 * <p>A mark inserted into such text protects it in the template. The rendered text is split at the
 * remaining special tokens, as the tokenizers library does, and each piece is encoded, its marks
 * removed, by a tokenizer without special tokens.
 */
public final class PlainChat {
  // Private use: no tokenizer or template gives these a meaning.
  private static final int FIRST_MARK = 0xE000;
  private static final int LAST_MARK = 0xF8FF;

  private final Tokenizer tokenizer;
  // By their first character, the longest first.
  private final Map<Character, List<String>> specials = new HashMap<>();

  public PlainChat(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    for (String special : tokenizer.specialTexts()) {
      specials.computeIfAbsent(special.charAt(0), first -> new ArrayList<>()).add(special);
    }
    specials.values().forEach(some -> some.sort((a, b) -> b.length() - a.length()));
  }

  /**
   * Encodes a conversation.
   *
   * @param rendering renders messages with the chat template
   * @throws IllegalArgumentException if the template refuses the conversation, or the tokenizer is
   *     one whose special tokens change the text beside them
   */
  public int[] encode(List<Message> messages, Function<List<Message>, String> rendering) {
    List<Message> harmless = each(messages, " ");
    String safe = rendering.apply(harmless);
    int[] ids = tokenizer.encode(safe, false, SpecialTokens.PARSE);
    if (harmless.equals(messages)) {
      return ids;
    }
    char mark = unused(messages, safe);
    if (!Arrays.equals(ids, pieces(safe, mark))) {
      throw inexact();
    }
    return pieces(rendering.apply(each(messages, Character.toString(mark))), mark);
  }

  /**
   * Copies the messages with {@code between} inserted after the first character of each special
   * text.
   */
  private List<Message> each(List<Message> messages, String between) {
    return messages.stream().map(message -> message.each(text -> parted(text, between))).toList();
  }

  private String parted(String text, String between) {
    StringBuilder parted = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      Optional<String> special = special(text, i);
      int first = special.isPresent() ? Character.charCount(text.codePointAt(i)) : 1;
      parted.append(text, i, i + first);
      if (special.isPresent()) {
        if (special.get().length() == first) {
          throw inexact();
        }
        parted.append(between);
      }
      i += first - 1;
    }
    return parted.toString();
  }

  private static IllegalArgumentException inexact() {
    return new IllegalArgumentException(
        "special_tokens: plain cannot be exact for a message with a special token's text under this tokenizer; take that text out, or use parse");
  }

  private int[] pieces(String text, char mark) {
    IntStream.Builder ids = IntStream.builder();
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      Optional<String> special = special(text, i);
      if (special.isPresent()) {
        add(ids, text.substring(from, i), mark);
        Arrays.stream(tokenizer.encode(special.get(), false, SpecialTokens.PARSE)).forEach(ids);
        from = i + special.get().length();
        i = from - 1;
      }
    }
    add(ids, text.substring(from), mark);
    return ids.build().toArray();
  }

  private void add(IntStream.Builder ids, String piece, char mark) {
    String text = piece.replace(Character.toString(mark), "");
    if (!text.isEmpty()) {
      Arrays.stream(tokenizer.encode(text, false, SpecialTokens.PLAIN)).forEach(ids);
    }
  }

  /** The longest special text that starts at a position. */
  private Optional<String> special(String text, int at) {
    for (String special : specials.getOrDefault(text.charAt(at), List.of())) {
      if (text.startsWith(special, at)) {
        return Optional.of(special);
      }
    }
    return Optional.empty();
  }

  private static char unused(List<Message> messages, String rendered) {
    return (char)
        IntStream.rangeClosed(FIRST_MARK, LAST_MARK)
            .filter(mark -> rendered.indexOf(mark) < 0)
            .filter(mark -> messages.toString().indexOf(mark) < 0)
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "special_tokens: plain needs a character of private use that no message has"));
  }
}
