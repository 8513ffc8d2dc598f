package io.gensweep.spark.task;

import io.gensweep.engine.Failure;
import io.gensweep.job.ChatMode;
import io.gensweep.job.JobSpec;
import io.gensweep.job.LastAssistant;
import io.gensweep.job.SpecialTokens;
import io.gensweep.prompt.PromptContent;
import io.gensweep.spark.executor.LoadedModel;
import io.gensweep.spark.executor.TaskPlan;
import io.gensweep.token.ChatTemplate;
import io.gensweep.token.Message;
import io.gensweep.token.PlainChat;
import io.gensweep.token.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Executor, one per task. Encodes a prompt's content as token ids, by the job's rules. */
public final class PromptEncoder {
  /** Token ids, or why there are none. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Encoded(int[] tokenIds, Optional<Failure> failure) {
    static Encoded failed(String kind, String message) {
      return failed(new Failure(kind, message));
    }

    public static Encoded failed(Failure failure) {
      return new Encoded(new int[0], Optional.of(failure));
    }
  }

  // The longest token of known vocabularies is 128 spaces. Each token costs heap while a text is
  // tokenized, so one that is far too long could end the executor and not only its own row.
  private static final int CHARS_PER_TOKEN = 256;

  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;
  private final ChatMode chat;
  private final SpecialTokens specialTokens;
  private final LastAssistant lastAssistant;
  private final int maxModelLen;
  private final int vocabSize;
  private final Optional<PlainChat> plainChat;

  /**
   * @param template needed where {@code chat} applies to the prompts
   * @param vocabSize of the model, which may have embeddings for more ids than the tokenizer has
   *     tokens
   */
  PromptEncoder(
      Tokenizer tokenizer,
      ChatMode chat,
      Optional<ChatTemplate> template,
      SpecialTokens specialTokens,
      LastAssistant lastAssistant,
      int maxModelLen,
      int vocabSize) {
    this.tokenizer = tokenizer;
    this.chat = chat;
    this.template = template;
    this.specialTokens = specialTokens;
    this.lastAssistant = lastAssistant;
    this.maxModelLen = maxModelLen;
    this.vocabSize = vocabSize;
    this.plainChat =
        specialTokens == SpecialTokens.PLAIN
            ? Optional.of(new PlainChat(tokenizer))
            : Optional.empty();
  }

  /** Makes the encoder of a job. */
  public static PromptEncoder of(TaskPlan plan, LoadedModel model) {
    JobSpec job = plan.job();
    return new PromptEncoder(
        model.tokenizer(),
        job.chat().mode(),
        ChatTemplates.of(job, plan.template(), model.folder(), plan.time()),
        job.prompts().specialTokens(),
        job.prompts().lastAssistant(),
        plan.decoder().maxModelLen(),
        model.shape().vocabSize());
  }

  public Encoded encode(PromptContent content) {
    try {
      if (content instanceof PromptContent.Bad bad) {
        return Encoded.failed(bad.kind(), bad.message());
      }
      if (content instanceof PromptContent.Tokens tokens) {
        return encoded(inVocabulary(tokens.ids()));
      }
      if (content instanceof PromptContent.Messages messages) {
        return conversation(messages.messages());
      }
      String text = ((PromptContent.Text) content).text();
      return chat == ChatMode.ALWAYS
          ? rendered(List.of(new Message("user", text)), this::answered)
          : encoded(text, true);
    } catch (IllegalArgumentException e) {
      return Encoded.failed("bad_prompt", e.getMessage());
    }
  }

  private Encoded conversation(List<Message> messages) {
    if (!endsInAssistant(messages)) {
      return rendered(messages, this::answered);
    }
    return switch (lastAssistant) {
      case CONTINUE -> rendered(messages, template.orElseThrow()::continued);
      case DROP -> rendered(withoutLastTurn(messages), this::answered);
      case ERROR ->
          throw new IllegalArgumentException(
              "the messages end in an assistant's turn; prompts.last_assistant: continue goes on with it, drop makes it anew");
    };
  }

  private static boolean endsInAssistant(List<Message> messages) {
    return !messages.isEmpty() && messages.get(messages.size() - 1).role().equals("assistant");
  }

  private static List<Message> withoutLastTurn(List<Message> messages) {
    List<Message> before = messages;
    while (endsInAssistant(before)) {
      before = before.subList(0, before.size() - 1);
    }
    if (before.isEmpty()) {
      throw new IllegalArgumentException(
          "the messages are an assistant's alone, so prompts.last_assistant: drop leaves none");
    }
    return before;
  }

  private String answered(List<Message> messages) {
    return template.orElseThrow().render(messages, true);
  }

  /** The template writes the special tokens itself, a BOS included, so none are added. */
  private Encoded rendered(List<Message> messages, Function<List<Message>, String> rendering) {
    if (plainChat.isEmpty()) {
      return encoded(rendering.apply(messages), false);
    }
    long chars = messages.stream().mapToLong(Message::chars).sum();
    return tooLong(chars).orElseGet(() -> encoded(plainChat.get().encode(messages, rendering)));
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
      if (id < 0 || id >= vocabSize) {
        throw new IllegalArgumentException(
            "token id " + id + " is not in [0, " + vocabSize + "), the model's vocabulary");
      }
    }
    return ids;
  }
}
