package io.gensweep.engine;

import io.gensweep.model.DeviceMemoryException;
import io.gensweep.model.KvCache;
import io.gensweep.model.ModelRunner;
import io.gensweep.model.ModelShape;
import io.gensweep.model.Prefill;
import io.gensweep.model.TokenLogprobs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Plain Java. The score requests of an engine. A step scores one window of each of as many of them
 * as a few prefill calls hold; those that have begun go first.
 */
final class ScoreQueue {
  /** Positions filled in a step, if a single window has not more: other work waits that long. */
  private static final int STEP_TOKENS = 2048;

  private final ModelRunner runner;
  private final ModelShape shape;
  private final KvCache cache;
  private int maxBatch;
  private final Deque<ScoreTicket> waiting = new ArrayDeque<>();

  /** They hold KV rows. */
  private final Deque<ScoreTicket> begun = new ArrayDeque<>();

  /** Those of the step under way; they hold KV rows too. */
  private final List<ScoreTicket> batch = new ArrayList<>();

  ScoreQueue(ModelRunner runner, int maxBatch) {
    this.runner = runner;
    this.shape = runner.shape();
    this.cache = runner.cache();
    this.maxBatch = maxBatch;
  }

  void submit(ScoreTicket ticket) {
    waiting.add(ticket);
  }

  boolean hasWork() {
    return !waiting.isEmpty() || !begun.isEmpty();
  }

  /** Scores a few windows. Gives how many positions it filled. */
  int step() {
    drop();
    int tokens = 0;
    while (batch.size() < maxBatch && tokens < STEP_TOKENS) {
      Optional<ScoreTicket> next = next();
      if (next.isEmpty()) {
        break;
      }
      batch.add(next.get());
      tokens += next.get().missing();
    }
    if (!batch.isEmpty()) {
      score();
    }
    return tokens;
  }

  /**
   * After a step that memory was not enough for: its texts begin again, half as many at a time. A
   * window's kernels do not look at the batch, so the same log-probs come out.
   *
   * @throws DeviceMemoryException {@code e}, if a single window was too much
   */
  void halve(DeviceMemoryException e) {
    if (batch.size() < 2) {
      throw e;
    }
    maxBatch = batch.size() / 2;
    for (int i = batch.size() - 1; i >= 0; i--) {
      ScoreTicket ticket = batch.get(i);
      ticket.release();
      waiting.addFirst(ticket);
    }
    batch.clear();
  }

  private void score() {
    List<Prefill> prefixes = batch.stream().flatMap(t -> t.prefix().stream()).toList();
    if (!prefixes.isEmpty()) {
      runner.prefill(prefixes);
    }
    List<TokenLogprobs> said = runner.score(batch.stream().map(ScoreTicket::scoring).toList());
    for (int i = 0; i < batch.size(); i++) {
      ScoreTicket ticket = batch.get(i);
      ticket.take(said.get(i));
      if (ticket.finished()) {
        ticket.release();
      } else {
        begun.add(ticket);
      }
    }
    batch.clear();
  }

  /** The next to have a window scored, with KV rows for it. */
  private Optional<ScoreTicket> next() {
    if (!begun.isEmpty()) {
      return Optional.of(begun.remove());
    }
    while (!waiting.isEmpty()) {
      ScoreTicket ticket = waiting.element();
      if (!ticket.admit(shape, cache.capacityTokens())) {
        waiting.remove();
        continue;
      }
      if (!cache.canReserve(ticket.reservation())) {
        return Optional.empty();
      }
      ticket.hold(cache.reserve(ticket.reservation()));
      return Optional.of(waiting.remove());
    }
    return Optional.empty();
  }

  /** Forgets every request. */
  void clear() {
    waiting.forEach(ScoreTicket::cancel);
    begun.forEach(ScoreTicket::cancel);
    drop();
  }

  private void drop() {
    waiting.removeIf(ScoreTicket::cancelled);
    begun.stream().filter(ScoreTicket::cancelled).forEach(ScoreTicket::release);
    begun.removeIf(ScoreTicket::cancelled);
  }
}
