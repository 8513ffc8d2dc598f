package io.gensweep.model;

import io.gensweep.job.DType;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.kv.LayerGroup;
import io.gensweep.model.spec.AttentionSpec;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.KvSource;
import io.gensweep.model.spec.LayerSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where each layer's keys and values lie in the KV cache. Layers of the same window are in groups
 * of as many layers as the rarest window has; the first layers of all groups share a column of
 * memory, and so do the second ones. A block is a row of all columns, and holds positions of one
 * group.
 *
 * @param groups their windows
 * @param places by the number of the layer, of those that read keys and values
 * @param widths of each column: values of a position's keys, and as many of its values
 */
public record CacheLayout(
    List<LayerGroup> groups, Map<Integer, Place> places, List<Integer> widths) {
  /** The group and the column that a layer is in. */
  public record Place(int group, int column) {}

  public CacheLayout {
    groups = List.copyOf(groups);
    places = Map.copyOf(places);
    widths = List.copyOf(widths);
  }

  /** Lays out the cache of a decoder; a window that no sequence outgrows counts as none. */
  public static CacheLayout of(DecoderSpec spec, int maxModelLen) {
    Map<Integer, List<Integer>> byWindow = new LinkedHashMap<>();
    List<Optional<AttentionSpec>> attention = spec.layers().stream().map(CacheLayout::of).toList();
    for (int i = 0; i < attention.size(); i++) {
      if (attention.get(i).filter(AttentionSpec::hasOwnKv).isPresent()) {
        int own = attention.get(i).get().window();
        int window = own < maxModelLen ? own : 0;
        byWindow.computeIfAbsent(window, any -> new ArrayList<>()).add(i);
      }
    }
    int columns = byWindow.values().stream().mapToInt(List::size).min().orElse(0);
    List<LayerGroup> groups = new ArrayList<>();
    Map<Integer, Place> places = new LinkedHashMap<>();
    int[] widths = new int[columns];
    byWindow.forEach(
        (window, layers) -> {
          for (int i = 0; i < layers.size(); i++) {
            int column = i % columns;
            if (column == 0) {
              groups.add(new LayerGroup(window));
            }
            int layer = layers.get(i);
            widths[column] = Math.max(widths[column], attention.get(layer).get().kvWidth());
            places.put(layer, new Place(groups.size() - 1, column));
          }
        });
    for (int i = 0; i < attention.size(); i++) {
      if (attention.get(i).isPresent()
          && attention.get(i).get().kv() instanceof KvSource.OfLayer source) {
        places.put(i, places.get(source.number()));
      }
    }
    if (groups.isEmpty()) {
      groups.add(LayerGroup.FULL);
    }
    return new CacheLayout(groups, places, Arrays.stream(widths).boxed().toList());
  }

  private static Optional<AttentionSpec> of(LayerSpec layer) {
    return layer.mixer() instanceof AttentionSpec attention
        ? Optional.of(attention)
        : Optional.empty();
  }

  /** Of a layer; any, if it has no keys and values. */
  Place place(int layer) {
    return places.getOrDefault(layer, new Place(0, 0));
  }

  /** Bytes that a sequence of so many rows holds. */
  public double sequenceBytes(int rows, DType dtype) {
    return (double) BlockPool.heldBy(groups, rows) * blockBytes(dtype);
  }

  /** Bytes of a block. */
  long blockBytes(DType dtype) {
    long width = widths.stream().mapToLong(Integer::longValue).sum();
    return 2 * width * BlockPool.BLOCK * dtype.cacheBytes();
  }
}
