package io.gensweep.spark;

import io.gensweep.engine.Failure;
import io.gensweep.job.ChatMode;
import io.gensweep.job.JobSpec;
import io.gensweep.job.SpecialTokens;
import io.gensweep.prompt.PromptContent;
import io.gensweep.token.ChatTemplate;
import io.gensweep.token.Message;
import io.gensweep.token.Tokenizer;
import java.util.List;
import java.util.Optional;

/** Executor, one per task. A prompt's content as token ids. */
final class PromptEncoder {
  /** Token ids, or why there are none. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Encoded(int[] tokenIds, Optional<Failure> failure) {
    static Encoded failed(String kind, String message) {
      return new Encoded(new int[0], Optional.of(new Failure(kind, message)));
    }
  }

  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;
  private final ChatMode chat;
  private final SpecialTokens specialTokens;

  /**
   * @param template needed where {@code chat} applies to the prompts
   */
  PromptEncoder(
      Tokenizer tokenizer,
      ChatMode chat,
      Optional<ChatTemplate> template,
      SpecialTokens specialTokens) {
    this.tokenizer = tokenizer;
    this.chat = chat;
    this.template = template;
    this.specialTokens = specialTokens;
  }

  /** By a job's rules. */
  static PromptEncoder of(GenerationPlan plan, LoadedModel model) {
    JobSpec job = plan.job();
    return new PromptEncoder(
        model.tokenizer(),
        job.chat().mode(),
        ChatTemplates.of(job, plan.template(), model.folder(), plan.time()),
        job.prompts().specialTokens());
  }

  Encoded encode(PromptContent content) {
    try {
      if (content instanceof PromptContent.Bad bad) {
        return Encoded.failed(bad.kind(), bad.message());
      }
      int[] ids = ids(content);
      return ids.length == 0
          ? Encoded.failed("empty_prompt", "the prompt has no tokens; give it some text")
          : new Encoded(ids, Optional.empty());
    } catch (IllegalArgumentException e) {
      return Encoded.failed("bad_prompt", e.getMessage());
    }
  }

  private int[] ids(PromptContent content) {
    if (content instanceof PromptContent.Tokens tokens) {
      for (int id : tokens.ids()) {
        if (id < 0 || id >= tokenizer.vocabSize()) {
          throw new IllegalArgumentException(
              "token id " + id + " is not in [0, " + tokenizer.vocabSize() + ")");
        }
      }
      return tokens.ids();
    }
    if (content instanceof PromptContent.Messages messages) {
      return rendered(messages.messages());
    }
    String text = ((PromptContent.Text) content).text();
    return chat == ChatMode.ALWAYS
        ? rendered(List.of(new Message("user", text)))
        : tokenizer.encode(text, true, specialTokens);
  }

  /** The template writes the special tokens itself, a BOS included, so none are added. */
  private int[] rendered(List<Message> messages) {
    return tokenizer.encode(template.orElseThrow().render(messages, true), false, specialTokens);
  }
}
