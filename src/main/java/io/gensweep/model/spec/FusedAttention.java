package io.gensweep.model.spec;

import java.util.Map;

/** Where queries, keys and values are that a checkpoint keeps as rows of one tensor. */
final class FusedAttention {
  private FusedAttention() {}

  /** All queries, then all keys, then all values. */
  static Map<String, TensorSource> stacked(TensorSource fused, AttentionSpec attention) {
    int queries = attention.width();
    int keys = attention.kvWidth();
    int total = queries + 2 * keys;
    return Map.of(
        "query", fused.withRows(total, 0, queries),
        "key", fused.withRows(total, queries, keys),
        "value", fused.withRows(total, queries + keys, keys));
  }

  /** For each head of keys the query heads of its group, then its key, then its value. */
  static Map<String, TensorSource> byGroup(TensorSource fused, AttentionSpec attention) {
    int head = attention.headDim();
    int queries = attention.heads() / attention.kvHeads() * head;
    return Map.of(
        "query", fused.withRows(ofGroups(attention, 0, queries)),
        "key", fused.withRows(ofGroups(attention, queries, head)),
        "value", fused.withRows(ofGroups(attention, queries + head, head)));
  }

  private static TensorSource.RowPattern ofGroups(AttentionSpec attention, int first, int chunk) {
    int group = (attention.heads() / attention.kvHeads() + 2) * attention.headDim();
    int groups = attention.kvHeads();
    return new TensorSource.RowPattern(groups * group, first, chunk, group, groups);
  }
}
