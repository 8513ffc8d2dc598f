package io.gensweep.engine;

import io.gensweep.model.DeviceMemoryException;
import io.gensweep.model.KvCache;
import io.gensweep.model.KvSequence;
import io.gensweep.model.ModelShape;
import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Plain Java. Which sequences run: at most {@code maxBatch} at a time, each with KV rows reserved
 * for its whole life, in the order of submission.
 *
 * <p>Variants of a request that has started go before new requests. While one waits, it takes over
 * the slot and the prompt's KV rows of the first of its siblings that retires.
 */
final class Scheduler {
  private final ModelShape shape;
  private final KvCache cache;
  private int maxBatch;
  private final Function<SamplingConfig, ContinuationText> texts;
  private final Deque<Ticket> waiting = new ArrayDeque<>();
  private final Deque<Ticket> started = new ArrayDeque<>();
  private final List<Sequence> running = new ArrayList<>();

  Scheduler(
      ModelShape shape,
      KvCache cache,
      int maxBatch,
      Function<SamplingConfig, ContinuationText> texts) {
    if (maxBatch < 1) {
      throw new IllegalArgumentException("max_batch must be >= 1, was " + maxBatch);
    }
    this.shape = shape;
    this.cache = cache;
    this.maxBatch = maxBatch;
    this.texts = texts;
  }

  void submit(Ticket ticket) {
    waiting.add(ticket);
  }

  boolean hasWork() {
    return !waiting.isEmpty() || !running.isEmpty();
  }

  List<Sequence> running() {
    return Collections.unmodifiableList(running);
  }

  /** Fills free slots. Gives the sequences that joined, a request's first before its others. */
  List<Sequence> admit() {
    drop();
    List<Sequence> joined = new ArrayList<>();
    while (running.size() + joined.size() < maxBatch && !(started.isEmpty() && waiting.isEmpty())) {
      boolean fresh = started.isEmpty();
      Ticket next = fresh ? waiting.element() : started.element();
      Optional<Failure> refusal = fresh ? refusal(next) : Optional.empty();
      if (refusal.isPresent()) {
        waiting.remove();
        next.refuse(refusal.get());
        continue;
      }
      int tokens = next.reservation(shape);
      if (!cache.canReserve(tokens)) {
        break;
      }
      KvSequence kv = cache.reserve(tokens);
      if (fresh) {
        next.leadBy(kv);
        started.add(waiting.remove());
      }
      begin(next, kv).ifPresent(joined::add);
    }
    running.addAll(joined);
    return joined;
  }

  /** Takes finished sequences out of their slots, or puts a sibling that waits in their place. */
  void retire() {
    running.replaceAll(sequence -> sequence.finished() ? successor(sequence) : sequence);
    running.removeIf(Sequence::finished);
  }

  /**
   * After a step that memory was not enough for: what ran begins again, half as many at a time.
   * Draws have addresses and kernels do not look at the batch, so the same rows come out. What
   * finished in that step was delivered.
   *
   * @throws DeviceMemoryException {@code e}, if a single sequence was too much
   */
  void halve(DeviceMemoryException e) {
    if (running.size() < 2) {
      throw e;
    }
    maxBatch = running.size() / 2;
    for (int i = running.size() - 1; i >= 0; i--) {
      Sequence sequence = running.get(i);
      Ticket ticket = sequence.ticket();
      sequence.kv().release();
      if (!sequence.finished()) {
        ticket.giveBack(sequence.variant());
      }
      started.remove(ticket);
      waiting.remove(ticket);
      if (ticket.waits()) {
        waiting.addFirst(ticket);
      }
    }
    running.clear();
  }

  /** Forgets every request. */
  void clear() {
    waiting.forEach(Ticket::cancel);
    running.forEach(sequence -> sequence.ticket().cancel());
    drop();
  }

  private Sequence successor(Sequence retired) {
    Ticket ticket = retired.ticket();
    if (ticket.waits() && !ticket.cancelled()) {
      retired.kv().truncate(ticket.prefix());
      return begin(ticket, retired.kv()).orElse(retired);
    }
    retired.kv().release();
    return retired;
  }

  /** The first of a ticket's variants that can begin; without one, the KV rows are free again. */
  private Optional<Sequence> begin(Ticket ticket, KvSequence kv) {
    Optional<Sequence> begun = Optional.empty();
    while (begun.isEmpty() && ticket.waits()) {
      Variant variant = ticket.nextVariant();
      begun =
          Attempt.of(
              () ->
                  Optional.of(
                      new Sequence(ticket, variant, kv, texts.apply(variant.sampling()), shape)),
              failure -> {
                ticket.deliver(ticket.failed(variant, failure));
                return Optional.empty();
              });
    }
    if (!ticket.waits()) {
      started.remove(ticket);
    }
    if (begun.isEmpty()) {
      kv.release();
    }
    return begun;
  }

  private void drop() {
    waiting.removeIf(Ticket::cancelled);
    started.removeIf(Ticket::cancelled);
    for (Sequence sequence : running) {
      if (sequence.ticket().cancelled()) {
        sequence.kv().release();
      }
    }
    running.removeIf(sequence -> sequence.ticket().cancelled());
  }

  private Optional<Failure> refusal(Ticket ticket) {
    Request request = ticket.request();
    int tokens = request.tokenIds().length;
    if (tokens == 0) {
      return Optional.of(new Failure("empty_prompt", "the prompt has no tokens"));
    }
    for (int id : request.tokenIds()) {
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
    int rows = ticket.reservation(shape);
    if (rows > cache.capacityTokens()) {
      return Optional.of(
          new Failure(
              "kv_cache_too_small",
              "prompt and max_tokens need "
                  + rows
                  + " tokens of a KV cache of "
                  + cache.capacityTokens()
                  + "; lower max_tokens or max_model_len"));
    }
    return Optional.empty();
  }
}
