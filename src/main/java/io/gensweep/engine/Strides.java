package io.gensweep.engine;

import io.gensweep.model.ModelRunner;
import io.gensweep.model.Prefill;
import io.gensweep.model.Scoring;
import io.gensweep.model.TokenLogprobs;
import io.gensweep.model.kv.KvSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Fills long sequences in strides, all at once where no layer has a window: what windows let go of
 * in between is taken by the next stride.
 */
final class Strides {
  private final ModelRunner runner;

  Strides(ModelRunner runner) {
    this.runner = runner;
  }

  /** Fills rows of prompts and makes them findable. */
  void prefill(List<Prefill> prefills) {
    List<Prefill> left = prefills;
    while (!left.isEmpty()) {
      List<Prefill> stride = left.stream().map(this::first).toList();
      runner.prefill(stride);
      for (Prefill filled : stride) {
        filled.kv().index(filled.tokenIds());
        filled.kv().slide();
      }
      left = left.stream().filter(prefill -> prefill.kv().length() < prefill.count()).toList();
    }
  }

  private Prefill first(Prefill whole) {
    return new Prefill(whole.kv(), whole.tokenIds(), end(whole.kv(), whole.count()));
  }

  /** Where the next stride of a sequence ends that goes to {@code rows}. */
  private int end(KvSequence kv, int rows) {
    int most = runner.pool().stride();
    if (rows - kv.length() <= most) {
      return rows;
    }
    int end = kv.length() + most;
    return end - end % runner.chunkTokens();
  }

  /** Scores texts, in the order of the list. */
  List<TokenLogprobs> score(List<Scoring> scorings) {
    List<List<TokenLogprobs>> parts =
        Stream.<List<TokenLogprobs>>generate(ArrayList::new).limit(scorings.size()).toList();
    List<Integer> left = Stream.iterate(0, i -> i + 1).limit(scorings.size()).toList();
    while (!left.isEmpty()) {
      score(scorings, left, parts);
      left = left.stream().filter(i -> rows(scorings.get(i)) > filled(scorings.get(i))).toList();
    }
    return parts.stream().map(TokenLogprobs::joined).toList();
  }

  private static int rows(Scoring scoring) {
    return scoring.tokenIds().length - 1;
  }

  private static int filled(Scoring scoring) {
    return scoring.kv().length();
  }

  /** One stride of each of some texts, of which the first may have nothing to score. */
  private void score(List<Scoring> scorings, List<Integer> some, List<List<TokenLogprobs>> parts) {
    List<Prefill> before = new ArrayList<>();
    List<Scoring> asked = new ArrayList<>();
    List<List<TokenLogprobs>> to = new ArrayList<>();
    for (int i : some) {
      Scoring scoring = scorings.get(i);
      int end = end(scoring.kv(), rows(scoring));
      if (end < scoring.from()) {
        before.add(new Prefill(scoring.kv(), scoring.tokenIds(), end));
      } else {
        int from = Math.max(scoring.from(), filled(scoring) + 1);
        asked.add(new Scoring(scoring.kv(), Arrays.copyOf(scoring.tokenIds(), end + 1), from));
        to.add(parts.get(i));
      }
    }
    if (!before.isEmpty()) {
      runner.prefill(before);
    }
    if (!asked.isEmpty()) {
      List<TokenLogprobs> found = runner.score(asked);
      for (int i = 0; i < found.size(); i++) {
        to.get(i).add(found.get(i));
      }
    }
  }
}
