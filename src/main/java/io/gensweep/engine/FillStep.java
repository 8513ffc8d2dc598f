package io.gensweep.engine;

import io.gensweep.model.ModelRunner;
import io.gensweep.model.Prefill;
import io.gensweep.model.Scoring;
import io.gensweep.model.TokenLogprobs;
import io.gensweep.model.kv.KvSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The KV rows that one step of an engine fills, as far as a budget of tokens goes, so that
 * sequences which are decoded need not wait for long prompts.
 */
final class FillStep {
  /** Positions; a single piece may have more. */
  static final int BUDGET = 4096;

  private final ModelRunner runner;
  private final List<Prefill> prefills = new ArrayList<>();
  private final List<Scoring> scorings = new ArrayList<>();
  private final List<Consumer<TokenLogprobs>> scored = new ArrayList<>();
  private int tokens;
  private int reused;
  private int blocks;
  private boolean lacked;

  FillStep(ModelRunner runner) {
    this.runner = runner;
  }

  int tokens() {
    return tokens;
  }

  /** Rows that were there already, filled for prompts that begin alike. */
  int reused() {
    return reused;
  }

  boolean full() {
    return tokens >= BUDGET;
  }

  /** Whether a sequence found too few blocks in the pool since this was asked last. */
  boolean takeLack() {
    boolean was = lacked;
    lacked = false;
    return was;
  }

  /** Whether the pool has the blocks that {@code rows} more of a sequence need. */
  boolean hasRoom(KvSequence kv, int rows) {
    boolean room = blocks + kv.growth(rows) <= runner.pool().freeBlocks();
    lacked |= !room;
    return room;
  }

  /**
   * Takes over rows that are there already.
   *
   * @return false where this step fills more of them, so that waiting for it saves work
   */
  boolean reuse(KvSequence kv, int[] tokenIds, int rows) {
    int before = kv.length();
    kv.reuse(tokenIds, rows);
    reused += kv.length() - before;
    int unit = runner.pool().prefixUnit();
    int more = kv.length() + unit;
    return more > rows
        || more % unit != 0
        || prefills.stream()
            .noneMatch(p -> p.count() >= more && beginAlike(p.tokenIds(), tokenIds, more));
  }

  private static boolean beginAlike(int[] one, int[] other, int tokens) {
    return Arrays.equals(one, 0, tokens, other, 0, tokens);
  }

  /**
   * Fills positions [kv.length(), rows), or as many as the budget allows, and makes them findable.
   *
   * @return whether all of them are filled by this step
   */
  boolean prefill(KvSequence kv, int[] tokenIds, int rows) {
    int end = Math.min(rows, kv.length() + Math.max(BUDGET - tokens, 0));
    if (end < rows) {
      end -= end % runner.chunkTokens();
    }
    if (end <= kv.length() || !hasRoom(kv, end - kv.length())) {
      return rows <= kv.length();
    }
    tokens += end - kv.length();
    blocks += kv.growth(end - kv.length());
    prefills.add(new Prefill(kv, tokenIds, end));
    return end == rows;
  }

  /**
   * Scores tokens [from, length) of a text and fills its KV rows, which have room.
   *
   * @param filled rows that are there, or that this step prefills
   */
  void score(KvSequence kv, int[] tokenIds, int from, int filled, Consumer<TokenLogprobs> to) {
    tokens += tokenIds.length - 1 - filled;
    blocks += kv.growth(tokenIds.length - 1 - kv.length());
    scorings.add(new Scoring(kv, tokenIds, from));
    scored.add(to);
  }

  void run() {
    Strides strides = new Strides(runner);
    strides.prefill(prefills);
    List<TokenLogprobs> found = strides.score(scorings);
    for (int i = 0; i < found.size(); i++) {
      scored.get(i).accept(found.get(i));
    }
  }
}
