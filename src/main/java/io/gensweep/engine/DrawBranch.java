package io.gensweep.engine;

import io.gensweep.model.DecodeRow;
import io.gensweep.model.ModelShape;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.sampling.Candidates;
import io.gensweep.sampling.Sampler;
import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * The variants of a prompt that have drawn the same tokens so far. They are decoded as one
 * sequence, each draws from the same logits by its own rules and its own random numbers, and the
 * branch parts where what they draw differs.
 *
 * <p>Positions of the prompt are prefilled but for its last token, which is decoded, so that first
 * logits come from the same kernels as all others.
 */
final class DrawBranch extends Branch {
  private final Function<SamplingConfig, ContinuationText> texts;

  /** Those that have not begun. */
  private final List<Variant> variants;

  /**
   * What is filled but for its last token: the prompt, or with what was drawn where it restarts.
   */
  private int[] fed;

  private List<Continuation> continuations = List.of();
  private boolean filled;
  private int nextToken;
  private float[] promptLogprobs = new float[0];

  DrawBranch(
      Submission<?> submission,
      long order,
      long birth,
      List<Variant> variants,
      Function<SamplingConfig, ContinuationText> texts) {
    super(submission, order, birth);
    this.variants = new ArrayList<>(variants);
    this.texts = texts;
    this.fed = request().tokenIds();
  }

  @Override
  boolean begin(ModelShape shape, BlockPool pool) {
    Optional<Failure> refusal = refusal(shape, pool.capacityTokens());
    refusal.ifPresent(failure -> variants.forEach(variant -> deliverFailed(variant, failure)));
    if (refusal.isEmpty()) {
      continuations = variants.stream().flatMap(variant -> begin(variant, shape)).toList();
      nextToken = fed[fed.length - 1];
    }
    variants.clear();
    return !continuations.isEmpty();
  }

  private Stream<Continuation> begin(Variant variant, ModelShape shape) {
    return Attempt.of(
        () ->
            Stream.of(new Continuation(request(), variant, texts.apply(variant.sampling()), shape)),
        failure -> {
          deliverFailed(variant, failure);
          return Stream.empty();
        });
  }

  private Optional<Failure> refusal(ModelShape shape, int capacityTokens) {
    int tokens = request().tokenIds().length;
    if (tokens == 0) {
      return Optional.of(new Failure("empty_prompt", "the prompt has no tokens"));
    }
    for (int id : request().tokenIds()) {
      if (id < 0 || id >= shape.vocabSize()) {
        return Optional.of(
            new Failure(
                "token_out_of_range",
                "prompt token ids must be in [0, " + shape.vocabSize() + "), was " + id));
      }
    }
    if (tokens >= shape.maxModelLen()) {
      return Optional.of(
          new Failure(
              "prompt_too_long",
              "prompt_tokens must be < max_model_len " + shape.maxModelLen() + ", was " + tokens));
    }
    // The last token drawn has no row.
    int rows =
        promptRows()
            + request().variants().stream()
                .mapToInt(variant -> Continuation.mostTokens(variant, request(), shape))
                .max()
                .orElse(0);
    if (rows > capacityTokens) {
      return Optional.of(
          new Failure(
              "kv_cache_too_small",
              "prompt and max_tokens need "
                  + rows
                  + " tokens of a KV cache of "
                  + capacityTokens
                  + "; lower max_tokens or max_model_len"));
    }
    return Optional.empty();
  }

  @Override
  int promptRows() {
    return fed.length - 1;
  }

  @Override
  int width() {
    return continuations.size();
  }

  @Override
  void fill(FillStep step) {
    if (filled && kv().isOutgrownBy(kv().length() + 1)) {
      fed = continuations.get(0).seenTokens();
      filled = false;
    }
    if (filled || step.full()) {
      return;
    }
    if (kv().isOutgrownBy(fed.length)) {
      kv().restart(fed.length);
    }
    if (promptRows() > 0 && scoresPrompt()) {
      if (step.hasRoom(kv(), promptRows())) {
        step.score(kv(), fed, 1, 0, found -> promptLogprobs = found.logprobs());
        filled = true;
      }
    } else if (step.reuse(kv(), fed, promptRows())) {
      filled = step.prefill(kv(), fed, promptRows());
    }
  }

  private boolean scoresPrompt() {
    return fed.length == request().tokenIds().length
        && continuations.stream().anyMatch(c -> c.variant().sampling().promptLogprobs());
  }

  /** Whether its prompt is filled, so that it can be decoded. */
  boolean drawable() {
    return filled && !finished();
  }

  /**
   * Feeds the last token: of the prompt at first, then the one drawn before. What top-k leaves is
   * normalised by itself, so the log-sum-exp of the whole vocabulary at a variant's temperature is
   * asked for only without it.
   *
   * @param vocabSize of the model; rules may name tokens beyond it
   */
  DecodeRow decodeRow(int vocabSize) {
    return new DecodeRow(
        kv(),
        nextToken,
        continuations.stream()
            .map(continuation -> continuation.variant().sampling())
            .filter(sampling -> !sampling.greedy() && sampling.topK() <= 0)
            .map(sampling -> (float) sampling.temperature())
            .filter(temperature -> temperature != 1)
            .distinct()
            .toList(),
        lookedUp().stream().takeWhile(id -> id < vocabSize).toArray());
  }

  private BitSet lookedUp() {
    BitSet ids = new BitSet();
    continuations.forEach(continuation -> ids.or(continuation.lookedUp()));
    return ids;
  }

  /** Whether a continuation probably needs more than the candidates of the branch's row. */
  boolean looksBeyond(Candidates row) {
    return continuations.stream().anyMatch(continuation -> continuation.looksBeyond(row));
  }

  /**
   * Draws the next token of each continuation and delivers those that it ends.
   *
   * @param births numbers the branches that are born
   * @return how many tokens were drawn, and the branches that part from this one; those that found
   *     no place for their state have no KV rows
   */
  Drawing draw(Candidates row, Sampler sampler, LongSupplier births) {
    Map<Integer, List<Continuation>> byToken = new LinkedHashMap<>();
    for (Continuation continuation : continuations) {
      Optional<Completion> completion = continuation.sample(row, sampler);
      completion.ifPresent(this::deliver);
      if (!continuation.finished()) {
        byToken
            .computeIfAbsent(continuation.lastToken(), token -> new ArrayList<>())
            .add(continuation);
      }
    }
    int drawn = continuations.size();
    List<List<Continuation>> groups = List.copyOf(byToken.values());
    continuations = groups.isEmpty() ? List.of() : groups.get(0);
    List<DrawBranch> parted = new ArrayList<>();
    for (int i = 1; i < groups.size(); i++) {
      parted.add(parted(groups.get(i), births.getAsLong()));
    }
    groups.stream().findFirst().ifPresent(group -> nextToken = group.get(0).lastToken());
    return new Drawing(drawn, parted);
  }

  /** What a draw came to. */
  record Drawing(int tokens, List<DrawBranch> parted) {}

  private DrawBranch parted(List<Continuation> group, long birth) {
    DrawBranch branch = new DrawBranch(submission(), order(), birth, List.of(), texts);
    if (kv().canFork()) {
      branch.hold(kv().fork());
    }
    branch.continuations = group;
    branch.filled = true;
    branch.nextToken = group.get(0).lastToken();
    branch.promptLogprobs = promptLogprobs;
    return branch;
  }

  @Override
  boolean finished() {
    return variants.isEmpty() && continuations.isEmpty();
  }

  /** Draws have addresses and kernels do not look at the batch, so the same rows come out. */
  @Override
  DrawBranch restarted() {
    return restartedWith(List.of());
  }

  /** The same with the variants of another branch of the request that begins anew. */
  DrawBranch restartedWith(List<Variant> others) {
    return new DrawBranch(submission(), order(), birth(), concat(unfinished(), others), texts);
  }

  /** Variants without a completion. */
  List<Variant> unfinished() {
    return concat(
        variants,
        continuations.stream()
            .filter(continuation -> !continuation.finished())
            .map(Continuation::variant)
            .toList());
  }

  private static <T> List<T> concat(List<T> some, List<T> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  private void deliver(Completion completion) {
    submission()
        .deliver(
            completion.failure().isEmpty() && completion.sampling().promptLogprobs()
                ? completion.withPromptLogprobs(promptLogprobs)
                : completion);
  }

  private void deliverFailed(Variant variant, Failure failure) {
    submission()
        .deliver(
            Completion.failed(request().promptId(), variant, request().tokenIds().length, failure));
  }
}
