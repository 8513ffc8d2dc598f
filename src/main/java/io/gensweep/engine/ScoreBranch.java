package io.gensweep.engine;

import io.gensweep.model.ModelShape;
import io.gensweep.model.TokenLogprobs;
import io.gensweep.model.kv.BlockPool;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;

/**
 * The texts of a request that are scored one after the other, a window a step, in the same KV rows.
 */
final class ScoreBranch extends Branch {
  /** The first of them is under way. */
  private final Deque<ScoredText> texts;

  private int window;
  private int[] tokenIds = new int[0];
  private float[] logprobs = new float[0];
  private int count;
  private boolean greedy;

  ScoreBranch(Submission<?> submission, long order, long birth, Collection<ScoredText> texts) {
    super(submission, order, birth);
    this.texts = new ArrayDeque<>(texts);
  }

  @Override
  boolean begin(ModelShape shape, BlockPool pool) {
    int most = Math.min(shape.maxModelLen(), pool.capacityTokens());
    texts.removeIf(
        text -> {
          Optional<Failure> refusal = refusal(text, shape, most);
          refusal.ifPresent(failure -> deliverFailed(text, failure));
          return refusal.isPresent();
        });
    if (!texts.isEmpty()) {
      beginText();
    }
    return !texts.isEmpty();
  }

  private static Optional<Failure> refusal(ScoredText text, ModelShape shape, int most) {
    Optional<Integer> outside =
        text.seen().boxed().filter(id -> id < 0 || id >= shape.vocabSize()).findFirst();
    if (outside.isPresent()) {
      return Optional.of(
          new Failure(
              "token_out_of_range",
              "token ids must be in [0, " + shape.vocabSize() + "), was " + outside.get()));
    }
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

  private void beginText() {
    tokenIds = texts.element().tokenIds();
    logprobs = new float[tokenIds.length];
    window = 0;
    count = 0;
    greedy = true;
  }

  /**
   * What all windows share: a window is scored from the token before its own on. Where a state goes
   * with the rows they share nothing, since it cannot go back to the prompt's end.
   */
  @Override
  int promptRows() {
    return runs() && kv().hasState() ? 0 : Math.max(0, request().tokenIds().length - 1);
  }

  @Override
  int width() {
    return 1;
  }

  @Override
  void fill(FillStep step) {
    int[] ids = next().tokenIds();
    if (kv().isOutgrownBy(ids.length)) {
      kv().restart(ids.length);
    }
    if (step.full() || !step.hasRoom(kv(), ids.length - 1 - kv().length())) {
      return;
    }
    boolean whole =
        kv().length() == promptRows()
            || (step.reuse(kv(), ids, promptRows()) && step.prefill(kv(), ids, promptRows()));
    if (whole) {
      step.score(kv(), ids, next().from(), promptRows(), this::take);
    }
  }

  private ScoredText.Window next() {
    return texts.element().windows().get(window);
  }

  /** Takes what was said of the window; delivers the text if that was its last. */
  private void take(TokenLogprobs said) {
    System.arraycopy(said.logprobs(), 0, logprobs, count, said.logprobs().length);
    count += said.logprobs().length;
    greedy &= said.greedy();
    if (kv().reaches(promptRows())) {
      kv().truncate(promptRows());
    } else {
      kv().restart(tokenIds.length);
    }
    window++;
    if (window == texts.element().windows().size()) {
      deliver(texts.remove());
      if (!texts.isEmpty()) {
        beginText();
      }
    }
  }

  private void deliver(ScoredText text) {
    for (int i = 0; i < logprobs.length; i++) {
      if (Float.isNaN(logprobs[i])) {
        deliverFailed(
            text,
            new Failure(
                "non_finite_logits", "log-sum-exp of the logits must be finite, at token " + i));
        return;
      }
    }
    submission()
        .deliver(
            new Score(
                request().promptId(),
                text.referenceIndex(),
                tokenIds,
                logprobs,
                greedy,
                Optional.empty()));
  }

  private void deliverFailed(ScoredText text, Failure failure) {
    submission().deliver(Score.failed(request().promptId(), text.referenceIndex(), failure));
  }

  @Override
  boolean finished() {
    return texts.isEmpty();
  }

  /** The text under way is scored again; its rows do not depend on what else is scored. */
  @Override
  ScoreBranch restarted() {
    return new ScoreBranch(submission(), order(), birth(), texts);
  }
}
