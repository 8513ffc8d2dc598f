package io.gensweep.prompt;

import io.gensweep.prompt.PromptContent.Bad;
import io.gensweep.prompt.PromptContent.Messages;
import io.gensweep.prompt.PromptContent.Text;
import io.gensweep.prompt.PromptContent.Tokens;
import io.gensweep.token.Message;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Executor. Turns a row of {@link PromptColumns} into a {@link Prompt}; a bad row never throws. */
public final class Prompts {
  private static final String EMPTY = "the prompt is an empty list";

  private Prompts() {}

  public static Prompt fromRow(Row row) {
    return new Prompt(
        row.getString(PromptColumns.PROMPT_ID_AT),
        content(row),
        Optional.ofNullable(row.getString(PromptColumns.SAMPLING_AT)),
        row.isNullAt(PromptColumns.KEPT_AT)
            ? RowFactory.create()
            : row.getStruct(PromptColumns.KEPT_AT),
        references(row),
        slice(row));
  }

  private static Slice slice(Row row) {
    return row.length() > PromptColumns.SLICES_AT
        ? new Slice(row.getInt(PromptColumns.SLICE_AT), row.getInt(PromptColumns.SLICES_AT))
        : Slice.ALL;
  }

  /** The shard of a row that came through {@link ShardPartitions}. */
  public static int shard(Row row) {
    return row.getInt(PromptColumns.SHARD_AT);
  }

  private static List<Optional<String>> references(Row row) {
    if (row.isNullAt(PromptColumns.REFERENCES_AT)) {
      return List.of();
    }
    List<String> texts = row.getList(PromptColumns.REFERENCES_AT);
    return texts.stream().map(Optional::ofNullable).toList();
  }

  private static PromptContent content(Row row) {
    if (!row.isNullAt(PromptColumns.PROBLEM_AT)) {
      String[] problem = row.getString(PromptColumns.PROBLEM_AT).split(PromptColumns.COLON, 2);
      return new Bad(problem[0], problem[1]);
    }
    return content(row, PromptColumns.CONTENT_AT);
  }

  /**
   * Reads a value of {@link ContentColumn}.
   *
   * @param at its place in the row
   */
  public static PromptContent content(Row row, int at) {
    if (row.isNullAt(at)) {
      return bad("the prompt is null");
    }
    if (row.get(at) instanceof String text) {
      return new Text(text);
    }
    if (row.get(at) instanceof Row conversation) {
      return messages(conversation.getString(0));
    }
    List<Object> items = row.getList(at);
    return items.isEmpty() ? bad(EMPTY) : tokens(items);
  }

  private static PromptContent messages(String json) {
    try {
      List<Message> messages = Conversation.read(json);
      return messages.isEmpty() ? bad(EMPTY) : new Messages(messages);
    } catch (IllegalArgumentException e) {
      return bad(e.getMessage());
    }
  }

  private static PromptContent tokens(List<Object> items) {
    int[] ids = new int[items.size()];
    for (int i = 0; i < ids.length; i++) {
      if (!(items.get(i) instanceof Integer id) || id < 0) {
        return bad("token %d is null, negative or over 2147483647".formatted(i));
      }
      ids[i] = id;
    }
    return new Tokens(ids);
  }

  private static Bad bad(String message) {
    return new Bad(PromptColumns.BAD_PROMPT, message);
  }
}
