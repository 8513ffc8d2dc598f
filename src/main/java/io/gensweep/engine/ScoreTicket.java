package io.gensweep.engine;

import io.gensweep.model.KvSequence;
import io.gensweep.model.ModelShape;
import io.gensweep.model.Prefill;
import io.gensweep.model.Scoring;
import io.gensweep.model.TokenLogprobs;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Plain Java. One score request inside an engine: a window of it is scored at a time, all in the
 * same KV rows.
 */
final class ScoreTicket implements Entry {
  private final ScoreRequest request;
  private final Consumer<Score> answered;

  /** The first of them is under way. */
  private final Deque<ScoredText> texts;

  private Optional<KvSequence> kv = Optional.empty();
  private int window;
  private int[] tokenIds = new int[0];
  private float[] logprobs = new float[0];
  private int count;
  private boolean greedy;
  private boolean cancelled;

  ScoreTicket(ScoreRequest request, Consumer<Score> answered) {
    this.request = request;
    this.answered = answered;
    this.texts = new ArrayDeque<>(request.texts());
  }

  /** Fails the texts that the model cannot see; false if none is left. */
  boolean admit(ModelShape shape, int capacityTokens) {
    texts.removeIf(
        text -> {
          Optional<Failure> refusal = refusal(text, shape, capacityTokens);
          refusal.ifPresent(
              failure -> deliver(Score.failed(request.promptId(), text.referenceIndex(), failure)));
          return refusal.isPresent();
        });
    return !texts.isEmpty();
  }

  private static Optional<Failure> refusal(ScoredText text, ModelShape shape, int capacityTokens) {
    Optional<Integer> outside =
        text.seen().boxed().filter(id -> id < 0 || id >= shape.vocabSize()).findFirst();
    if (outside.isPresent()) {
      return Optional.of(
          new Failure(
              "token_out_of_range",
              "token ids must be in [0, " + shape.vocabSize() + "), was " + outside.get()));
    }
    int most = Math.min(shape.maxModelLen(), capacityTokens);
    if (text.rows() > most) {
      return Optional.of(
          new Failure(
              "text_too_long",
              "prompt and reference together must have at most "
                  + (most + 1)
                  + " tokens, had "
                  + (text.rows() + 1)
                  + "; shorten them, or raise model.max_model_len"));
    }
    return Optional.empty();
  }

  /** KV rows that its longest window needs. */
  int reservation() {
    return texts.stream().mapToInt(ScoredText::rows).max().orElseThrow();
  }

  boolean holdsRows() {
    return kv.isPresent();
  }

  /** The text under way begins, again if it had. */
  void hold(KvSequence rows) {
    kv = Optional.of(rows);
    begin();
  }

  private void begin() {
    tokenIds = texts.element().tokenIds();
    logprobs = new float[tokenIds.length];
    window = 0;
    count = 0;
    greedy = true;
  }

  /** Positions that the next window has to fill. */
  int missing() {
    return next().tokenIds().length - 1 - kv.orElseThrow().length();
  }

  /** What all windows share, if it is not there yet. */
  Optional<Prefill> prefix() {
    int rows = request.shared() - 1;
    return kv.orElseThrow().length() < rows
        ? Optional.of(new Prefill(kv.orElseThrow(), next().tokenIds(), rows))
        : Optional.empty();
  }

  Scoring scoring() {
    return new Scoring(kv.orElseThrow(), next().tokenIds(), next().from());
  }

  private ScoredText.Window next() {
    return texts.element().windows().get(window);
  }

  /** Takes what was said of the window; delivers the text if that was its last. */
  void take(TokenLogprobs said) {
    System.arraycopy(said.logprobs(), 0, logprobs, count, said.logprobs().length);
    count += said.logprobs().length;
    greedy &= said.greedy();
    kv.orElseThrow().truncate(Math.max(0, request.shared() - 1));
    window++;
    if (window == texts.element().windows().size()) {
      deliver(score(texts.remove()));
      if (!texts.isEmpty()) {
        begin();
      }
    }
  }

  private Score score(ScoredText text) {
    for (int i = 0; i < logprobs.length; i++) {
      if (Float.isNaN(logprobs[i])) {
        return Score.failed(
            request.promptId(),
            text.referenceIndex(),
            new Failure(
                "non_finite_logits", "log-sum-exp of the logits must be finite, at token " + i));
      }
    }
    return new Score(
        request.promptId(), text.referenceIndex(), tokenIds, logprobs, greedy, Optional.empty());
  }

  boolean finished() {
    return texts.isEmpty();
  }

  void release() {
    kv.ifPresent(KvSequence::release);
    kv = Optional.empty();
  }

  private void deliver(Score score) {
    if (!cancelled) {
      answered.accept(score);
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  @Override
  public boolean cancelled() {
    return cancelled;
  }
}
