package io.gensweep.model.spec;

import io.gensweep.job.JobError;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Attention of a layer: query heads in groups, each group with one head of keys and values.
 *
 * @param rope index of the rotary table; empty where heads are not rotated
 * @param queryScale of queries by their position
 * @param headNorm of queries and keys
 * @param kv where keys and values come from
 * @param qkvBias whether the matrices of queries, keys and values have biases
 * @param outputBias whether the output's matrix has one
 * @param gated whether the heads' output is multiplied with the sigmoid of a further projection
 * @param clip where above 0, queries, keys and values are cut off beyond it and its negative,
 *     before the rotation
 */
public record AttentionSpec(
    int heads,
    int kvHeads,
    int headDim,
    ScoreSpec scores,
    OptionalInt rope,
    Optional<PositionScale> queryScale,
    Optional<HeadNorm> headNorm,
    KvSource kv,
    boolean qkvBias,
    boolean outputBias,
    boolean gated,
    double clip)
    implements MixerSpec {

  /** Sizes are computed in ints; this is far above any model's. */
  private static final int MAX_WIDTH = 1 << 24;

  public AttentionSpec {
    if (!(clip >= 0)) {
      throw new IllegalArgumentException("clip must be >= 0, was " + clip);
    }
    if (heads % kvHeads != 0) {
      throw new JobError(
          "config.json: num_attention_heads "
              + heads
              + " must be a multiple of num_key_value_heads "
              + kvHeads);
    }
    if (headDim % 2 != 0) {
      throw new JobError("config.json: head_dim must be even, was " + headDim);
    }
    if ((long) heads * headDim > MAX_WIDTH) {
      throw new JobError(
          "config.json: num_attention_heads x head_dim must be at most "
              + MAX_WIDTH
              + ", was "
              + heads
              + " x "
              + headDim);
    }
  }

  /** Attention without biases and norms, over all positions, rotated by the first table. */
  public static AttentionSpec of(int heads, int kvHeads, int headDim) {
    return new AttentionSpec(
        heads,
        kvHeads,
        headDim,
        ScoreSpec.ofWidth(headDim),
        OptionalInt.of(0),
        Optional.empty(),
        Optional.empty(),
        KvSource.Own.PLAIN,
        false,
        false,
        false,
        0);
  }

  public AttentionSpec withScores(ScoreSpec other) {
    return with(draft -> draft.scores = other);
  }

  AttentionSpec withWindow(int size) {
    return withScores(scores.withWindow(size));
  }

  /** With another table, or none. */
  public AttentionSpec withRope(OptionalInt other) {
    return with(draft -> draft.rope = other);
  }

  AttentionSpec withQueryScale(PositionScale scale) {
    return with(draft -> draft.queryScale = Optional.of(scale));
  }

  public AttentionSpec withHeadNorm(NormSpec norm, HeadNorm.Place place) {
    return with(draft -> draft.headNorm = Optional.of(new HeadNorm(norm, place)));
  }

  AttentionSpec withKv(KvSource other) {
    return with(draft -> draft.kv = other);
  }

  public AttentionSpec withBiases(boolean ofQkv, boolean ofOutput) {
    return with(
        draft -> {
          draft.qkvBias = ofQkv;
          draft.outputBias = ofOutput;
        });
  }

  AttentionSpec withGate() {
    return with(draft -> draft.gated = true);
  }

  AttentionSpec withClip(double limit) {
    return with(draft -> draft.clip = limit);
  }

  private AttentionSpec with(Consumer<Draft> change) {
    Draft draft = new Draft();
    draft.scores = scores;
    draft.rope = rope;
    draft.queryScale = queryScale;
    draft.headNorm = headNorm;
    draft.kv = kv;
    draft.qkvBias = qkvBias;
    draft.outputBias = outputBias;
    draft.gated = gated;
    draft.clip = clip;
    change.accept(draft);
    return new AttentionSpec(
        heads,
        kvHeads,
        headDim,
        draft.scores,
        draft.rope,
        draft.queryScale,
        draft.headNorm,
        draft.kv,
        draft.qkvBias,
        draft.outputBias,
        draft.gated,
        draft.clip);
  }

  /** What a family may change of plain attention. */
  private static final class Draft {
    private ScoreSpec scores;
    private OptionalInt rope;
    private Optional<PositionScale> queryScale;
    private Optional<HeadNorm> headNorm;
    private KvSource kv;
    private boolean qkvBias;
    private boolean outputBias;
    private boolean gated;
    private double clip;
  }

  /** Width of all query heads together. */
  public int width() {
    return heads * headDim;
  }

  /** Width of all heads of keys, and of values. */
  public int kvWidth() {
    return kvHeads * headDim;
  }

  /** Positions that a token sees; 0 where it sees all. */
  public int window() {
    return scores.mask() instanceof AttentionMask.Window window ? window.size() : 0;
  }

  @Override
  public Stream<TensorRole> tensors(int hidden) {
    Stream<TensorRole> products =
        Stream.of(
                TensorRole.matrix("query", width(), hidden, qkvBias),
                kv.tensors(kvWidth(), headDim, hidden, qkvBias),
                TensorRole.matrix("output", hidden, width(), outputBias))
            .flatMap(matrix -> matrix);
    Stream<TensorRole> gate =
        gated ? TensorRole.matrix("attention_gate", width(), hidden, qkvBias) : Stream.empty();
    Stream<TensorRole> sinks =
        scores.sinks() ? Stream.of(new TensorRole("sinks", heads)) : Stream.empty();
    return Stream.of(products, gate, sinks, headNorm.stream().flatMap(this::norms))
        .flatMap(tensors -> tensors);
  }

  private Stream<TensorRole> norms(HeadNorm norm) {
    Stream<TensorRole> ofQueries = norm.tensors("query_norm", heads, headDim);
    return hasOwnKv()
        ? Stream.concat(ofQueries, norm.tensors("key_norm", kvHeads, headDim))
        : ofQueries;
  }

  /** Whether keys and values of this layer are kept. */
  public boolean hasOwnKv() {
    return kv instanceof KvSource.Own;
  }
}
