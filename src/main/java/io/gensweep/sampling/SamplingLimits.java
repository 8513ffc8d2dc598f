package io.gensweep.sampling;

import static io.gensweep.sampling.Checks.require;
import static io.gensweep.sampling.Checks.requireIdsBelow;

import java.util.Collection;
import java.util.List;

/**
 * Upper and lower bounds of sampling values that their meaning does not give: those of float32, the
 * model and the memory allow, since a row of a dataset brings its own and shares the engine with
 * others. The same for a row and for the job. docs/sampling.md has the table.
 */
public final class SamplingLimits {
  /** Rows of a prompt over all sweep points; each takes some hundred bytes before it is drawn. */
  public static final int MAX_CONTINUATIONS_PER_PROMPT = 1_000_000;

  /** Largest n, as vLLM's VLLM_MAX_N_SEQUENCES. */
  static final int MOST_N = 16_384;

  /** Logits below 1e8 divided by it are finite in float32, and no device rounds it to 0. */
  static final double LEAST_TEMPERATURE = 1e-30;

  static final double MOST_TEMPERATURE = 1e30;

  /** Logits below 1e32 multiplied or divided by it are finite in float32. */
  static final double MOST_REPETITION_PENALTY = 1e6;

  static final double LEAST_REPETITION_PENALTY = 1e-6;

  /** Largest absolute logit bias, as OpenAI's and vLLM's. */
  static final int MOST_BIAS = 100;

  /** Most texts in {@code stop} and in {@code bad_words}: all are tried at every token. */
  static final int MOST_TEXTS = 10_000;

  /** Most characters of such a list in total. */
  static final int MOST_CHARS = 100_000;

  /** Most sequences of {@code bad_words_ids} and {@code bad_words}, which give up to two a word. */
  private static final int MOST_SEQUENCES = 3 * MOST_TEXTS;

  private static final int MOST_BAD_IDS = 1 << 20;

  /**
   * Most bytes of the continuations of one prompt; they stay in the heap until their shard is
   * written.
   */
  private static final long MOST_BYTES = 1L << 29;

  /** Bytes of a generated token: an id and two log-probs. */
  private static final long TOKEN_BYTES = 12;

  /** Bytes of one alternative: a row of two boxed numbers. */
  private static final long ALTERNATIVE_BYTES = 76;

  private SamplingLimits() {}

  /**
   * Throws IllegalArgumentException, with a message that starts with the key, if a value is more
   * than a model has room for.
   */
  public static void requireFits(SamplingConfig sampling, int vocabSize, int maxModelLen) {
    requireIdsBelow(vocabSize, "logit_bias", sampling.logitBias().keySet());
    requireIds("allowed_token_ids", sampling.allowedTokenIds(), vocabSize);
    requireIds("stop_token_ids", sampling.stopTokenIds(), vocabSize);
    sampling.badWordsIds().forEach(ids -> requireIdsBelow(vocabSize, "bad_words_ids", ids));
    require(
        sampling.logprobs() <= vocabSize,
        "logprobs must be <= " + vocabSize + ", the vocabulary",
        sampling.logprobs());
    require(
        bytes(sampling, maxModelLen) <= MOST_BYTES,
        "n x max_tokens x (12 + 76 x logprobs) must be at most "
            + MOST_BYTES
            + " bytes, with max_tokens at most max_model_len "
            + maxModelLen,
        product(sampling, maxModelLen));
  }

  /**
   * Checks all sweep points of one dataset row together, as {@link #requireFits} checks one.
   *
   * @param usual what the job asks of every row: never too much
   */
  public static void requireFit(
      Collection<SamplingConfig> points, Collection<SamplingConfig> usual, int maxModelLen) {
    double most = Math.max(MOST_BYTES, bytes(usual, maxModelLen));
    double bytes = bytes(points, maxModelLen);
    require(
        bytes <= most,
        "n x max_tokens x (12 + 76 x logprobs) must be at most "
            + (long) most
            + " bytes over all points of the sweep",
        (long) bytes);
  }

  /** Bounds the sequences of several ids; single ids cost nothing per token. */
  static void requireFewSequences(List<List<Integer>> badWordsIds) {
    long sequences = badWordsIds.stream().filter(ids -> ids.size() > 1).count();
    require(
        sequences <= MOST_SEQUENCES,
        "bad_words_ids must hold at most " + MOST_SEQUENCES + " lists of several ids",
        sequences);
    long all = badWordsIds.stream().mapToLong(List::size).sum();
    require(all <= MOST_BAD_IDS, "bad_words_ids must hold at most " + MOST_BAD_IDS + " ids", all);
  }

  static void requireFewTexts(String key, List<String> texts) {
    require(
        texts.size() <= MOST_TEXTS,
        key + " must hold at most " + MOST_TEXTS + " texts",
        texts.size());
    long chars = texts.stream().mapToLong(String::length).sum();
    require(chars <= MOST_CHARS, key + " must hold at most " + MOST_CHARS + " characters", chars);
  }

  private static void requireIds(String key, List<Integer> ids, int vocabSize) {
    require(
        ids.size() <= vocabSize,
        key + " must hold at most " + vocabSize + " ids, as many as the vocabulary has",
        ids.size());
    requireIdsBelow(vocabSize, key, ids);
  }

  private static double bytes(Collection<SamplingConfig> points, int maxModelLen) {
    return points.stream().mapToDouble(point -> bytes(point, maxModelLen)).sum();
  }

  private static double bytes(SamplingConfig sampling, int maxModelLen) {
    double tokens = (double) sampling.n() * Math.min(sampling.maxTokens(), maxModelLen);
    return tokens * (TOKEN_BYTES + (double) ALTERNATIVE_BYTES * sampling.logprobs());
  }

  private static String product(SamplingConfig sampling, int maxModelLen) {
    return sampling.n()
        + " x "
        + Math.min(sampling.maxTokens(), maxModelLen)
        + " x (12 + 76 x "
        + sampling.logprobs()
        + ")";
  }
}
