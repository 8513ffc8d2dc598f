package io.gensweep.prompt;

import io.gensweep.token.Message;
import java.util.Arrays;
import java.util.List;

/** Plain Java. The content of a prompt, or the reason why its row cannot be used. */
public sealed interface PromptContent {

  record Text(String text) implements PromptContent {}

  record Messages(List<Message> messages) implements PromptContent {
    public Messages {
      messages = List.copyOf(messages);
    }
  }

  /** Token ids; equality is by content. An array, because a list would box each id. */
  @SuppressWarnings("ArrayRecordComponent")
  record Tokens(int[] ids) implements PromptContent {
    @Override
    public boolean equals(Object other) {
      return other instanceof Tokens tokens && Arrays.equals(ids, tokens.ids);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
      return "Tokens" + Arrays.toString(ids);
    }
  }

  /**
   * A row that becomes an error row.
   *
   * @param kind snake_case, to group by
   */
  record Bad(String kind, String message) implements PromptContent {
    /** Whether the row is no record at all. */
    public boolean isMalformed() {
      return kind.equals(PromptColumns.MALFORMED_PROMPT);
    }
  }
}
