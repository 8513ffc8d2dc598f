package io.gensweep.spark;

import io.gensweep.engine.Failure;
import io.gensweep.job.ChatMode;
import io.gensweep.job.JobSpec;
import io.gensweep.job.SpecialTokens;
import io.gensweep.prompt.PromptContent;
import io.gensweep.token.ChatTemplate;
import io.gensweep.token.Message;
import io.gensweep.token.PlainChat;
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

  // The longest token of known vocabularies is 128 spaces. Each token costs heap while a text is
  // tokenized, so one that is far too long could end the executor and not only its own row.
  private static final int CHARS_PER_TOKEN = 256;

  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;
  private final ChatMode chat;
  private final SpecialTokens specialTokens;
  private final int maxModelLen;
  private final Optional<PlainChat> plainChat;

  /**
   * @param template needed where {@code chat} applies to the prompts
   */
  PromptEncoder(
      Tokenizer tokenizer,
      ChatMode chat,
      Optional<ChatTemplate> template,
      SpecialTokens specialTokens,
      int maxModelLen) {
    this.tokenizer = tokenizer;
    this.chat = chat;
    this.template = template;
    this.specialTokens = specialTokens;
    this.maxModelLen = maxModelLen;
    this.plainChat =
        specialTokens == SpecialTokens.PLAIN
            ? template.map(rendering -> new PlainChat(tokenizer, rendering))
            : Optional.empty();
  }

  /** By a job's rules. */
  static PromptEncoder of(GenerationPlan plan, LoadedModel model) {
    JobSpec job = plan.job();
    return new PromptEncoder(
        model.tokenizer(),
        job.chat().mode(),
        ChatTemplates.of(job, plan.template(), model.folder(), plan.time()),
        job.prompts().specialTokens(),
        plan.decoder().maxModelLen());
  }

  Encoded encode(PromptContent content) {
    try {
      if (content instanceof PromptContent.Bad bad) {
        return Encoded.failed(bad.kind(), bad.message());
      }
      if (content instanceof PromptContent.Tokens tokens) {
        return encoded(inVocabulary(tokens.ids()));
      }
      if (content instanceof PromptContent.Messages messages) {
        return rendered(messages.messages());
      }
      String text = ((PromptContent.Text) content).text();
      return chat == ChatMode.ALWAYS
          ? rendered(List.of(new Message("user", text)))
          : encoded(text, true);
    } catch (IllegalArgumentException e) {
      return Encoded.failed("bad_prompt", e.getMessage());
    }
  }

  /** The template writes the special tokens itself, a BOS included, so none are added. */
  private Encoded rendered(List<Message> messages) {
    if (plainChat.isEmpty()) {
      return encoded(template.orElseThrow().render(messages, true), false);
    }
    long chars = messages.stream().mapToLong(message -> message.content().length()).sum();
    return tooLong(chars).orElseGet(() -> encoded(plainChat.get().encode(messages)));
  }

  private Encoded encoded(String text, boolean addSpecialTokens) {
    return tooLong(text.length())
        .orElseGet(() -> encoded(tokenizer.encode(text, addSpecialTokens, specialTokens)));
  }

  private Optional<Encoded> tooLong(long chars) {
    return chars <= (long) maxModelLen * CHARS_PER_TOKEN
        ? Optional.empty()
        : Optional.of(
            Encoded.failed(
                "prompt_too_long",
                "a text of %d characters cannot have < max_model_len %d tokens"
                    .formatted(chars, maxModelLen)));
  }

  private static Encoded encoded(int[] ids) {
    return ids.length == 0
        ? Encoded.failed("empty_prompt", "the prompt has no tokens; give it some text")
        : new Encoded(ids, Optional.empty());
  }

  private int[] inVocabulary(int[] ids) {
    for (int id : ids) {
      if (id < 0 || id >= tokenizer.vocabSize()) {
        throw new IllegalArgumentException(
            "token id " + id + " is not in [0, " + tokenizer.vocabSize() + ")");
      }
    }
    return ids;
  }
}
