package io.gensweep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.model.DecodeRow;
import io.gensweep.model.DeviceMemoryException;
import io.gensweep.model.ModelRunner;
import io.gensweep.model.ModelShape;
import io.gensweep.model.Prefill;
import io.gensweep.model.Scoring;
import io.gensweep.model.TokenLogprobs;
import io.gensweep.model.kv.BlockCopy;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.kv.KvSequence;
import io.gensweep.model.kv.LayerGroup;
import io.gensweep.model.kv.LongContext;
import io.gensweep.sampling.Candidates;
import io.gensweep.sampling.RowCandidates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A model whose logits are a hash of all tokens that its KV cache holds for a sequence, so that any
 * wrong row, block or position changes what is drawn. It remembers how it was called.
 */
final class HashModel implements ModelRunner {
  static final int VOCAB = 40;
  private static final int EMPTY = -1;

  final List<Prefill> prefills = new ArrayList<>();
  int prefillCalls;
  int copies;
  int widest;
  int decodes;

  /** What memory there is: rows of a decode, and calls of prefill until one fails half way. */
  int mostRows = Integer.MAX_VALUE;

  int prefillsUntilFull = Integer.MAX_VALUE;

  /** Whole rows that are read until one fails. */
  int wholeRowsUntilFull = Integer.MAX_VALUE;

  /** After a history that ends with this token all logits are NaN. */
  int poison = EMPTY;

  private final ModelShape shape;
  private final BlockPool pool;
  private final int[] tokens;
  private final int[] positions;

  /** A hash of a sequence's tokens, by its slot. */
  private final long[] states;

  HashModel(int cacheTokens, int maxModelLen) {
    this(cacheTokens, maxModelLen, new BlockPool(cacheTokens / BlockPool.BLOCK), 0);
  }

  /** With a rotation of its own for sequences of more than {@code above} tokens. */
  static HashModel longAbove(int above) {
    LongContext longContext = new LongContext(above, 230);
    return new HashModel(
        3840,
        230,
        new BlockPool(
            3840 / BlockPool.BLOCK, List.of(LayerGroup.FULL), BlockPool.BLOCK, longContext, 0),
        0);
  }

  /** With a state for each of that many sequences. */
  static HashModel withStates(int count) {
    int noPrefixes = 1 << 30;
    return new HashModel(
        3840,
        230,
        new BlockPool(
            3840 / BlockPool.BLOCK, List.of(LayerGroup.FULL), noPrefixes, LongContext.NONE, count),
        count);
  }

  /** With groups of layers that see so many positions, the first of them all. */
  static HashModel withWindows(int blocks, int maxModelLen, int... windows) {
    List<LayerGroup> groups = IntStream.of(windows).mapToObj(LayerGroup::new).toList();
    BlockPool pool = new BlockPool(blocks, groups, BlockPool.BLOCK, LongContext.NONE, 0);
    return new HashModel(blocks * BlockPool.BLOCK, maxModelLen, pool, 0);
  }

  private HashModel(int cacheTokens, int maxModelLen, BlockPool pool, int states) {
    shape = new ModelShape(VOCAB, maxModelLen, List.of(0));
    this.pool = pool;
    tokens = new int[cacheTokens];
    positions = new int[cacheTokens];
    this.states = new long[states];
  }

  @Override
  public ModelShape shape() {
    return shape;
  }

  @Override
  public BlockPool pool() {
    return pool;
  }

  @Override
  public int chunkTokens() {
    return BlockPool.BLOCK;
  }

  @Override
  public void prefill(List<Prefill> batch) {
    assertThat(batch).isNotEmpty();
    prefillCalls++;
    for (Prefill prefill : batch) {
      if (--prefillsUntilFull == 0) {
        throw new DeviceMemoryException("full", new IllegalStateException());
      }
      prefills.add(prefill);
      fill(prefill.kv(), prefill.tokenIds(), prefill.count());
    }
  }

  @Override
  public List<TokenLogprobs> score(List<Scoring> batch) {
    if (batch.size() > mostRows) {
      write(batch.get(0).kv(), batch.get(0).tokenIds()[batch.get(0).kv().length()]);
      throw new DeviceMemoryException("full", new IllegalStateException());
    }
    widest = Math.max(widest, batch.size());
    List<TokenLogprobs> scored = new ArrayList<>();
    for (Scoring scoring : batch) {
      int[] ids = scoring.tokenIds();
      float[] logprobs = new float[ids.length - scoring.from()];
      boolean greedy = true;
      int start = scoring.kv().length();
      fill(scoring.kv(), ids, ids.length - 1);
      for (int at = start; at < ids.length - 1; at++) {
        if (at + 1 >= scoring.from()) {
          Candidates row = candidates(history(scoring.kv(), at + 1), VOCAB, poison);
          float logit = row.wholeRow()[ids[at + 1]];
          logprobs[at + 1 - scoring.from()] = (float) (logit - row.logSumExp());
          greedy &= row.tokenId(0) == ids[at + 1];
        }
      }
      scored.add(new TokenLogprobs(logprobs, greedy));
    }
    return scored;
  }

  @Override
  public List<Candidates> decode(List<DecodeRow> batch) {
    assertThat(batch).isNotEmpty();
    if (batch.size() > mostRows) {
      batch.get(0).kv().advance(1);
      throw new DeviceMemoryException("full", new IllegalStateException());
    }
    decodes++;
    widest = Math.max(widest, batch.size());
    List<Candidates> rows = new ArrayList<>();
    for (DecodeRow row : batch) {
      write(row.kv(), row.tokenId());
      int[] history = history(row.kv(), row.kv().length());
      rows.add(new Scarce(candidates(history, 1 + decodes % VOCAB, poison), row));
    }
    return rows;
  }

  /** Candidates whose whole row takes memory. */
  private final class Scarce implements Candidates {
    private final Candidates row;

    private final DecodeRow asked;

    Scarce(Candidates row, DecodeRow asked) {
      this.row = row;
      this.asked = asked;
    }

    @Override
    public int size() {
      return row.size();
    }

    @Override
    public int tokenId(int i) {
      return row.tokenId(i);
    }

    @Override
    public float logit(int i) {
      return row.logit(i);
    }

    @Override
    public double logSumExp() {
      return row.logSumExp();
    }

    @Override
    public double logSumExp(float temperature) {
      assertThat(temperature == 1 || asked.temperatures().contains(temperature)).isTrue();
      return row.logSumExp(temperature);
    }

    @Override
    public int vocabSize() {
      return row.vocabSize();
    }

    @Override
    public boolean extend() {
      return row.extend();
    }

    @Override
    public float knownLogit(int tokenId) {
      return Arrays.binarySearch(asked.lookedUp(), tokenId) >= 0
          ? row.wholeRow()[tokenId]
          : row.knownLogit(tokenId);
    }

    @Override
    public float[] wholeRow() {
      if (--wholeRowsUntilFull == 0) {
        throw new DeviceMemoryException("full", new IllegalStateException());
      }
      return row.wholeRow();
    }
  }

  @Override
  public void clearCache() {
    pool.clear();
    Arrays.fill(positions, EMPTY);
  }

  @Override
  public void extend(List<Candidates> rows) {
    rows.forEach(Candidates::extend);
  }

  @Override
  public void close() {}

  /** The logits after a history, without any cache. */
  static Candidates candidates(int[] history, int size, int poison) {
    long hash = hash(history);
    float[] row = new float[VOCAB];
    for (int id = 0; id < VOCAB; id++) {
      row[id] = (mix(hash + id) >>> 56) / 32f;
    }
    if (history[history.length - 1] == poison) {
      row[3] = Float.NaN;
    }
    return new RowCandidates(row, size, 1);
  }

  private static long hash(int[] history) {
    long hash = 1;
    for (int token : history) {
      hash = mix(hash * 31 + token);
    }
    return hash;
  }

  private void write(KvSequence kv, int token) {
    advance(kv, 1);
    store(kv, kv.length() - 1, token);
  }

  /** Rows [kv.length(), count). */
  private void fill(KvSequence kv, int[] ids, int count) {
    int start = kv.length();
    advance(kv, count - start);
    for (int at = start; at < count; at++) {
      store(kv, at, ids[at]);
    }
  }

  private void advance(KvSequence kv, int rows) {
    assertThat(rows).isLessThanOrEqualTo(pool.stride());
    kv.advance(rows);
    for (BlockCopy copy : pool.takeCopies()) {
      copies++;
      int from = copy.source() * BlockPool.BLOCK;
      int to = copy.target() * BlockPool.BLOCK;
      System.arraycopy(tokens, from, tokens, to, BlockPool.BLOCK);
      System.arraycopy(positions, from, positions, to, BlockPool.BLOCK);
    }
    for (BlockCopy copy : pool.takeStateCopies()) {
      states[copy.target()] = states[copy.source()];
    }
  }

  private void store(KvSequence kv, int at, int token) {
    for (int group = 0; group < pool.groups().size(); group++) {
      tokens[slot(kv, group, at)] = token;
      positions[slot(kv, group, at)] = kv.rotation(at);
    }
    if (kv.hasState()) {
      long before = at == 0 ? 1 : states[kv.slot()];
      states[kv.slot()] = mix(before * 31 + token);
    }
  }

  private int[] history(KvSequence kv, int count) {
    assertThat(kv.length()).isGreaterThanOrEqualTo(count);
    int[] history = new int[count];
    for (int at = 0; at < count; at++) {
      history[at] = tokens[slot(kv, 0, at)];
    }
    for (int group = 0; group < pool.groups().size(); group++) {
      int window = count == kv.length() ? pool.groups().get(group).window() : 0;
      if (group == 0 || window > 0) {
        requireRows(kv, group, window == 0 ? 0 : Math.max(0, count - window), history);
      }
    }
    if (kv.hasState() && kv.length() == count) {
      assertThat(states[kv.slot()]).isEqualTo(hash(history));
    }
    return history;
  }

  private void requireRows(KvSequence kv, int group, int from, int[] history) {
    for (int at = from; at < history.length; at++) {
      int slot = slot(kv, group, at);
      if (positions[slot] != kv.rotation(at) || tokens[slot] != history[at]) {
        throw new AssertionError("position " + at + " of group " + group + " is another's");
      }
    }
  }

  private static int slot(KvSequence kv, int group, int position) {
    return kv.block(group, position / BlockPool.BLOCK) * BlockPool.BLOCK
        + position % BlockPool.BLOCK;
  }

  /** SplitMix64's finaliser. */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
