package io.gensweep.model;

import io.gensweep.model.kv.KvSequence;
import io.gensweep.sampling.Candidates;
import java.util.ArrayList;
import java.util.List;

/** A sequence decoded greedily, or with given tokens. */
final class GreedySequence {
  final KvSequence kv;
  final List<Integer> ids = new ArrayList<>();
  final List<Double> logprobs = new ArrayList<>();
  private int last;

  /**
   * @param last the token to feed first
   */
  GreedySequence(KvSequence kv, int last) {
    this.kv = kv;
    this.last = last;
  }

  DecodeRow row() {
    return new DecodeRow(kv, last);
  }

  void take(Candidates row) {
    last = row.tokenId(0);
    ids.add(last);
    logprobs.add(row.logit(0) - row.logSumExp());
  }

  /** Goes on with a given token, and gives its log-prob. */
  double give(Candidates row, int id) {
    last = id;
    return row.wholeRow()[id] - row.logSumExp();
  }
}
