package io.gensweep.spark.task;

import io.gensweep.job.JobError;
import io.gensweep.job.SpecialTokens;
import io.gensweep.job.SweepGrid;
import io.gensweep.job.SweepPoint;
import io.gensweep.model.ModelFolder;
import io.gensweep.sampling.Profile;
import io.gensweep.sampling.SamplingConfig;
import io.gensweep.sampling.SamplingLimits;
import io.gensweep.spark.executor.LoadedModel;
import io.gensweep.token.BadWords;
import io.gensweep.token.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Driver and executor. Resolves sampling settings against a model: every id is in its vocabulary,
 * every size fits, and bad words become sequences of ids.
 *
 * @param encoder the tokenizer's, without special tokens added
 */
public record SamplingTokens(
    int vocabSize, int maxModelLen, List<Integer> eosTokenIds, Function<String, int[]> encoder) {

  static SamplingTokens of(LoadedModel model) {
    return new SamplingTokens(
        model.shape().vocabSize(),
        model.shape().maxModelLen(),
        model.shape().eosTokenIds(),
        encoder(model.tokenizer()));
  }

  /**
   * Driver. Refuses a job whose own sampling has a token or a size that the model lacks.
   *
   * @throws JobError that names the key
   */
  public static void check(SweepGrid sweep, ModelFolder folder, int maxModelLen) {
    boolean words = sweep.points().stream().anyMatch(p -> !p.sampling().badWords().isEmpty());
    if (!words) {
      of(folder, maxModelLen, text -> new int[0]).check(sweep);
      return;
    }
    try (Tokenizer tokenizer = Tokenizer.load(folder.path())) {
      of(folder, maxModelLen, encoder(tokenizer)).check(sweep);
    }
  }

  /** Throws IllegalArgumentException if one row of a dataset asks for more than memory allows. */
  void requireFit(List<SamplingConfig> points, List<SamplingConfig> usual) {
    SamplingLimits.requireFit(points, usual, maxModelLen);
  }

  /**
   * The same sampling, its bad words among its {@code badWordsIds}.
   *
   * @throws IllegalArgumentException with a message that starts with the key
   */
  SamplingConfig resolve(SamplingConfig sampling) {
    SamplingLimits.requireFits(sampling, vocabSize, maxModelLen);
    List<List<Integer>> banned = new ArrayList<>(sampling.badWordsIds());
    banned.addAll(BadWords.ids(sampling.badWords(), encoder));
    if (sampling.profile() == Profile.HF) {
      // HF leaves a model its ends, whatever the bad words are.
      banned.removeIf(ids -> ids.size() == 1 && eosTokenIds.contains(ids.get(0)));
    }
    return banned.equals(sampling.badWordsIds()) ? sampling : sampling.withBadWordsIds(banned);
  }

  private void check(SweepGrid sweep) {
    for (SweepPoint point : sweep.points()) {
      try {
        resolve(point.sampling());
      } catch (IllegalArgumentException e) {
        String at = point.keys().isEmpty() ? "" : ", at sweep point " + point.name();
        throw new JobError("sampling." + e.getMessage() + at, e);
      }
    }
  }

  private static SamplingTokens of(
      ModelFolder folder, int maxModelLen, Function<String, int[]> encoder) {
    return new SamplingTokens(
        folder.spec().vocabSize(), maxModelLen, folder.eosTokenIds(), encoder);
  }

  private static Function<String, int[]> encoder(Tokenizer tokenizer) {
    return text -> {
      try {
        return tokenizer.encode(text, false, SpecialTokens.PARSE);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("bad_words: " + e.getMessage(), e);
      }
    };
  }
}
