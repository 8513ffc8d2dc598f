package io.gensweep.engine;

import io.gensweep.model.DecodeRow;
import io.gensweep.model.DeviceMemoryException;
import io.gensweep.model.ModelRunner;
import io.gensweep.model.Prefill;
import io.gensweep.model.Scoring;
import io.gensweep.model.TokenLogprobs;
import io.gensweep.sampling.Candidates;
import io.gensweep.sampling.Sampler;
import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Executor, one per JVM and device; one thread. Continuous batching: each step moves every running
 * sequence by one token.
 */
public final class Engine {
  private final ModelRunner runner;
  private final Scheduler scheduler;
  private final ScoreQueue scores;
  private final Sampler sampler = new Sampler();
  private final Tally tally = new Tally();

  /**
   * @param maxBatch sequences decoded together
   * @param texts the empty text of a continuation drawn so
   */
  public Engine(
      ModelRunner runner, int maxBatch, Function<SamplingConfig, ContinuationText> texts) {
    this.runner = runner;
    this.scheduler = new Scheduler(runner.shape(), runner.cache(), maxBatch, texts);
    this.scores = new ScoreQueue(runner, maxBatch);
  }

  /** {@code completed} gets each variant once, in any order, from within {@link #step}. */
  public Ticket submit(Request request, Consumer<Completion> completed) {
    Ticket ticket = new Ticket(request, completed);
    scheduler.submit(ticket);
    return ticket;
  }

  /** {@code completed} gets each text once, in any order, from within {@link #step}. */
  public Entry submit(ScoreRequest request, Consumer<Score> completed) {
    ScoreTicket ticket = new ScoreTicket(request, completed);
    scores.submit(ticket);
    return ticket;
  }

  /** Nothing more of the query is delivered; the next step frees what it holds. */
  public void cancel(Entry entry) {
    entry.cancel();
  }

  /** Cancels every request and frees what they hold. */
  public void clear() {
    scheduler.clear();
    scores.clear();
  }

  public boolean hasWork() {
    return scheduler.hasWork() || scores.hasWork();
  }

  public EngineCounters counters() {
    return tally.counters();
  }

  public void step() {
    tally.begin();
    halving(this::score, scores::halve);
    halving(this::generate, scheduler::halve);
  }

  /** What memory was not enough for is done again by the next steps, half as much at a time. */
  private void halving(Runnable work, Consumer<DeviceMemoryException> halve) {
    try {
      work.run();
    } catch (DeviceMemoryException e) {
      halve.accept(e);
      tally.halved();
    }
  }

  private void score() {
    tally.prefillTokens(scores.step());
    tally.prefilled();
  }

  private void generate() {
    List<Sequence> joined = scheduler.admit();
    tally.admitted();
    prefill(joined);
    tally.prefilled();
    List<Sequence> running = scheduler.running();
    if (!running.isEmpty()) {
      List<Candidates> rows = decode(running);
      tally.decoded(running.size());
      sample(running, rows);
      scheduler.retire();
      tally.sampled();
    }
  }

  /**
   * Each prompt once, scored where its log-probs are wanted; the other variants that joined copy
   * its rows.
   */
  private void prefill(List<Sequence> joined) {
    List<Prefill> prompts = new ArrayList<>();
    List<Ticket> scored = new ArrayList<>();
    for (Sequence sequence : joined) {
      Ticket ticket = sequence.ticket();
      if (ticket.prefix() > 0 && ticket.isLedBy(sequence.kv())) {
        if (ticket.scoresPrompt()) {
          scored.add(ticket);
        } else {
          prompts.add(new Prefill(sequence.kv(), ticket.request().tokenIds(), ticket.prefix()));
        }
        tally.prefillTokens(ticket.prefix());
      }
    }
    if (!prompts.isEmpty()) {
      runner.prefill(prompts);
    }
    if (!scored.isEmpty()) {
      scorePrompts(scored);
    }
    for (Sequence sequence : joined) {
      Ticket ticket = sequence.ticket();
      if (ticket.prefix() > 0 && !ticket.isLedBy(sequence.kv())) {
        runner.copyPrefix(ticket.leader(), sequence.kv(), ticket.prefix());
        tally.copiedTokens(ticket.prefix());
      }
    }
  }

  private void scorePrompts(List<Ticket> tickets) {
    List<TokenLogprobs> said =
        runner.score(
            tickets.stream().map(t -> new Scoring(t.leader(), t.request().tokenIds(), 1)).toList());
    for (int i = 0; i < said.size(); i++) {
      tickets.get(i).promptLogprobs(said.get(i).logprobs());
    }
  }

  private List<Candidates> decode(List<Sequence> running) {
    List<DecodeRow> batch = new ArrayList<>(running.size());
    for (Sequence sequence : running) {
      batch.add(sequence.decodeRow());
    }
    return runner.decode(batch);
  }

  private void sample(List<Sequence> running, List<Candidates> rows) {
    for (int i = 0; i < rows.size(); i++) {
      Sequence sequence = running.get(i);
      sequence.sample(rows.get(i), sampler).ifPresent(sequence.ticket()::deliver);
    }
  }
}
