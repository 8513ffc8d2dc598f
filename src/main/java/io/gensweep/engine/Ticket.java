package io.gensweep.engine;

import io.gensweep.model.KvSequence;
import io.gensweep.model.ModelShape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;

/** Plain Java. One submitted request inside an engine: which of its variants still wait. */
public final class Ticket implements Entry {
  private final Request request;
  private final Consumer<Completion> completed;
  private final Deque<Variant> waiting;
  private boolean cancelled;
  private Optional<KvSequence> leader = Optional.empty();
  private float[] promptLogprobs = new float[0];

  Ticket(Request request, Consumer<Completion> completed) {
    this.request = request;
    this.completed = completed;
    this.waiting = new ArrayDeque<>(request.variants());
  }

  Request request() {
    return request;
  }

  boolean waits() {
    return !waiting.isEmpty();
  }

  Variant nextVariant() {
    return waiting.remove();
  }

  /** A variant that began and is to begin again, before the others. */
  void giveBack(Variant variant) {
    waiting.addFirst(variant);
  }

  /**
   * Positions that are prefilled: all but the last token, which every variant decodes for itself,
   * so that first logits come from the same kernels as all others.
   */
  int prefix() {
    return request.tokenIds().length - 1;
  }

  /**
   * KV rows that the longest variant can need; all variants reserve that much, so that one can take
   * over from another. The last token drawn has no row.
   */
  int reservation(ModelShape shape) {
    int tokens = prefix();
    for (Variant variant : request.variants()) {
      tokens = Math.max(tokens, Sequence.mostTokens(variant, request, shape) + prefix());
    }
    return tokens;
  }

  /** The first variant's rows: prefilled, and kept as long as any variant waits. */
  KvSequence leader() {
    return leader.orElseThrow();
  }

  boolean isLedBy(KvSequence kv) {
    return leader() == kv;
  }

  void leadBy(KvSequence kv) {
    leader = Optional.of(kv);
  }

  /** Whether any variant wants the log-probs of the prompt's own tokens. */
  boolean scoresPrompt() {
    return request.variants().stream().anyMatch(variant -> variant.sampling().promptLogprobs());
  }

  /** Of all tokens but the first. */
  void promptLogprobs(float[] logprobs) {
    promptLogprobs = logprobs;
  }

  void deliver(Completion completion) {
    if (!cancelled) {
      completed.accept(
          completion.failure().isEmpty() && completion.sampling().promptLogprobs()
              ? completion.withPromptLogprobs(promptLogprobs)
              : completion);
    }
  }

  /** Fails every variant. */
  void refuse(Failure failure) {
    while (waits()) {
      deliver(failed(nextVariant(), failure));
    }
  }

  Completion failed(Variant variant, Failure failure) {
    return Completion.failed(request.promptId(), variant, request.tokenIds().length, failure);
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
