package io.gensweep.engine;

import io.gensweep.model.ModelShape;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.kv.KvSequence;
import java.util.Comparator;
import java.util.Optional;

/**
 * One sequence of KV rows inside an engine, and the rows of the output that are made from it. It
 * waits without KV rows, then runs; put back, it waits again and begins anew.
 */
abstract sealed class Branch permits DrawBranch, ScoreBranch {
  /** The order in which branches are served: of submission, and of birth within a request. */
  static final Comparator<Branch> OLDEST_FIRST =
      Comparator.<Branch>comparingLong(branch -> branch.order).thenComparingLong(b -> b.birth);

  private final Submission<?> submission;
  private final long order;
  private final long birth;
  private Optional<KvSequence> kv = Optional.empty();

  /**
   * @param order of the submission
   * @param birth among the branches of an engine
   */
  Branch(Submission<?> submission, long order, long birth) {
    this.submission = submission;
    this.order = order;
    this.birth = birth;
  }

  final Submission<?> submission() {
    return submission;
  }

  final Request<?> request() {
    return submission.request();
  }

  final long order() {
    return order;
  }

  final long birth() {
    return birth;
  }

  final KvSequence kv() {
    return kv.orElseThrow();
  }

  /** Whether it has KV rows. */
  final boolean runs() {
    return kv.isPresent();
  }

  final void hold(KvSequence rows) {
    kv = Optional.of(rows);
  }

  final void release() {
    kv.ifPresent(KvSequence::release);
    kv = Optional.empty();
  }

  /**
   * Fails what can never run on this model, and readies the rest.
   *
   * @return false if nothing is left to do
   */
  abstract boolean begin(ModelShape shape, BlockPool pool);

  /** KV rows that it fills before anything is drawn or scored, at most. */
  abstract int promptRows();

  /** Sequences that it may part into. */
  abstract int width();

  /** Adds the next rows to fill to the step, if it has any and the pool has blocks for them. */
  abstract void fill(FillStep step);

  abstract boolean finished();

  /** What is left to do, as a branch that begins anew. */
  abstract Branch restarted();
}
