package io.gensweep.token;

import io.gensweep.job.SpecialTokens;
import io.gensweep.token.jinja.PythonText;
import java.util.Arrays;

/**
 * Executor, one per prompt. Encodes a prompt and texts that follow it by the rule of
 * lm-evaluation-harness (loglikelihood): white space at the prompt's end belongs to the text that
 * follows, whose tokens are those that the encoding of both has beyond the encoding of the prompt.
 */
public final class ReferenceTokens {
  private final Tokenizer tokenizer;
  private final SpecialTokens mode;
  private final String prompt;
  private final String space;
  private final int[] context;

  /**
   * Encodes the prompt.
   *
   * @param prefix stands for a prompt without any text
   */
  public ReferenceTokens(Tokenizer tokenizer, String prompt, int prefix, SpecialTokens mode) {
    this.tokenizer = tokenizer;
    this.mode = mode;
    this.prompt = PythonText.rstrip(prompt);
    this.space = prompt.substring(this.prompt.length());
    this.context =
        this.prompt.isEmpty() ? new int[] {prefix} : tokenizer.encode(this.prompt, true, mode);
  }

  /** The prompt's tokens, at least one. */
  public int[] context() {
    return context.clone();
  }

  /**
   * The tokens of a text after the prompt; none where a text after no prompt has none.
   *
   * @throws IllegalArgumentException if the text has no token of its own after the prompt
   */
  public int[] continuation(String text) {
    boolean empty = prompt.isEmpty();
    int[] whole = tokenizer.encode(prompt + space + text, !empty, mode);
    boolean ownPrefix = empty && whole.length > 0 && whole[0] == context[0];
    int prefix = ownPrefix ? 1 : 0;
    int from = empty ? prefix : context.length;
    if (!empty && !text.isEmpty() && whole.length <= from) {
      throw new IllegalArgumentException(
          "the text to score merges with the end of its prompt: the %d tokens of the prompt are %d with the text, so none is the text's own; let the prompt end where a word ends"
              .formatted(from, whole.length));
    }
    return Arrays.copyOfRange(whole, Math.min(from, whole.length), whole.length);
  }
}
