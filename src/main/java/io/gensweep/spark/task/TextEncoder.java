package io.gensweep.spark.task;

import io.gensweep.engine.Failure;
import io.gensweep.engine.Request;
import io.gensweep.engine.RollingWindows;
import io.gensweep.engine.Score;
import io.gensweep.engine.ScoredText;
import io.gensweep.job.ChatMode;
import io.gensweep.job.JobSpec;
import io.gensweep.job.SpecialTokens;
import io.gensweep.prompt.Prompt;
import io.gensweep.prompt.PromptContent;
import io.gensweep.spark.executor.LoadedModel;
import io.gensweep.spark.executor.TaskPlan;
import io.gensweep.spark.task.Work.Queries;
import io.gensweep.token.ReferenceTokens;
import io.gensweep.token.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Executor, one per task. Encodes the texts that a job scores as token ids. */
final class TextEncoder {
  private static final Failure NO_TEXT =
      new Failure("bad_reference", "the text to score is null, or the list of texts is empty");
  private static final Failure NO_TOKENS =
      new Failure("empty_reference", "the text to score has no tokens; give it some text");

  private final LoadedModel model;
  private final JobSpec job;
  private final PromptEncoder prompts;
  private final Tokenizer tokenizer;
  private final SpecialTokens mode;
  private final int prefix;
  private final int maxModelLen;

  /** Makes the encoder of a job. */
  TextEncoder(TaskPlan plan, LoadedModel model) {
    this.model = model;
    this.job = plan.job();
    this.prompts = PromptEncoder.of(plan, model);
    this.tokenizer = model.tokenizer();
    this.mode = job.prompts().specialTokens();
    this.prefix = tokenizer.prefixTokenId().orElseThrow();
    this.maxModelLen = plan.decoder().maxModelLen();
  }

  Queries<Score> queries(Prompt prompt) {
    return model.attempt(() -> texts(prompt), failure -> failed(prompt, failure));
  }

  private Queries<Score> texts(Prompt prompt) {
    return job.score().orElseThrow().document().isPresent() ? document(prompt) : references(prompt);
  }

  private Queries<Score> document(Prompt prompt) {
    return ask(
        prompt,
        0,
        new int[0],
        text -> {
          int[] ids = tokenizer.encode(text, false, mode);
          return ids.length == 0 ? List.of() : RollingWindows.of(ids, prefix, maxModelLen);
        });
  }

  private Queries<Score> references(Prompt prompt) {
    PromptContent content = prompt.content();
    boolean text = content instanceof PromptContent.Text && job.chat().mode() != ChatMode.ALWAYS;
    if (text) {
      String start = ((PromptContent.Text) content).text();
      try {
        ReferenceTokens tokens = new ReferenceTokens(tokenizer, start, prefix, mode);
        return after(prompt, tokens.context(), tokens::continuation);
      } catch (IllegalArgumentException e) {
        return failed(prompt, new Failure("bad_prompt", e.getMessage()));
      }
    }
    PromptEncoder.Encoded encoded = prompts.encode(content);
    return encoded.failure().isPresent()
        ? failed(prompt, encoded.failure().get())
        : after(prompt, encoded.tokenIds(), t -> tokenizer.encode(t, false, mode));
  }

  private Queries<Score> after(Prompt prompt, int[] context, Function<String, int[]> continuation) {
    return ask(
        prompt,
        context.length,
        context,
        text -> {
          int[] ids = continuation.apply(text);
          return ids.length == 0
              ? List.of()
              : List.of(new ScoredText.Window(joined(context, ids), context.length));
        });
  }

  /**
   * Makes the query for every text of a prompt.
   *
   * @param shared tokens that all windows start with
   * @param windows of a text; none where it has no tokens
   */
  private Queries<Score> ask(
      Prompt prompt,
      int promptTokens,
      int[] shared,
      Function<String, List<ScoredText.Window>> windows) {
    List<ScoredText> texts = new ArrayList<>();
    List<Score> failed = new ArrayList<>();
    for (int index : asked(prompt)) {
      Optional<Failure> failure = Optional.empty();
      try {
        Optional<List<ScoredText.Window>> cut = prompt.references().get(index).map(windows);
        if (cut.isPresent() && !cut.get().isEmpty()) {
          texts.add(new ScoredText(index, cut.get()));
        } else {
          failure = Optional.of(cut.isPresent() ? NO_TOKENS : noText(prompt));
        }
      } catch (IllegalArgumentException e) {
        failure = Optional.of(new Failure("bad_reference", e.getMessage()));
      }
      int at = index;
      failure.ifPresent(f -> failed.add(Score.failed(prompt.id(), at, f)));
    }
    return new Queries<>(
        prompt.slice().isFirst() ? promptTokens : 0,
        texts.isEmpty() ? Optional.empty() : Optional.of(Request.score(prompt.id(), shared, texts)),
        failed);
  }

  /** Indices of the references that this task asks about. */
  private static List<Integer> asked(Prompt prompt) {
    return prompt.slice().of(IntStream.range(0, prompt.references().size()).boxed().toList());
  }

  /** Says of a malformed line that it is malformed, and not that it has no text. */
  private static Failure noText(Prompt prompt) {
    return prompt.content() instanceof PromptContent.Bad bad && bad.isMalformed()
        ? new Failure(bad.kind(), bad.message())
        : NO_TEXT;
  }

  private static Queries<Score> failed(Prompt prompt, Failure failure) {
    return new Queries<>(
        0,
        Optional.empty(),
        asked(prompt).stream().map(i -> Score.failed(prompt.id(), i, failure)).toList());
  }

  /** One text after another. */
  static int[] joined(int[] context, int[] ids) {
    int[] all = Arrays.copyOf(context, context.length + ids.length);
    System.arraycopy(ids, 0, all, context.length, ids.length);
    return all;
  }
}
