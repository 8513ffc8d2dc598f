package io.gensweep.model;

import io.gensweep.model.kv.BlockPool;
import io.gensweep.sampling.Candidates;
import java.util.List;

/**
 * Executor, one per JVM and device. A loaded model with its KV cache; called by one thread at a
 * time.
 *
 * <p>The logits of drawn tokens come from {@link #decode} only, and log-probs of given ones from
 * {@link #score} only, so that the same kernels give them whatever was batched together. Every call
 * advances the sequences it wrote to.
 */
public interface ModelRunner extends AutoCloseable {

  ModelShape shape();

  /** The blocks that its sequences hold. */
  BlockPool pool();

  /**
   * A prompt may be filled in several calls that each end at a multiple of this, without a bit that
   * changes.
   */
  int chunkTokens();

  /** Fills positions [kv.length(), count) of each sequence and advances it to count. No logits. */
  void prefill(List<Prefill> batch);

  /** As {@link #prefill}, and gives the log-probs of given tokens, in the order of the batch. */
  List<TokenLogprobs> score(List<Scoring> batch);

  /**
   * Appends one token to each sequence, advances it by 1, and gives the logits after that token, in
   * the order of the batch. They hold until the next call.
   */
  List<Candidates> decode(List<DecodeRow> batch);

  /** Makes more candidates known of some rows of the last decode, all at once. */
  void extend(List<Candidates> rows);

  /** Gives back the memory of the KV cache, of which no sequence holds a block. */
  void clearCache();

  @Override
  void close();
}
