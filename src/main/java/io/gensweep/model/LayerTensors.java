package io.gensweep.model;

import io.gensweep.model.weights.StoredTensor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tensors of one layer as they are handed to the decoder program: those of an expert at a time,
 * since a layer of many that are dequantised as they are read may be larger than the memory that
 * Java gives buffers.
 *
 * @param experts in their order, by the roles that they have in an MLP alone
 * @param others by their roles
 */
record LayerTensors(List<Map<String, StoredTensor>> experts, Map<String, StoredTensor> others) {
  private static final Pattern EXPERT = Pattern.compile("experts\\.(\\d+)\\.(.*)");

  static LayerTensors of(Map<String, StoredTensor> layer) {
    Map<Integer, Map<String, StoredTensor>> experts = new TreeMap<>();
    Map<String, StoredTensor> others = new TreeMap<>();
    layer.forEach(
        (role, tensor) -> {
          Matcher expert = EXPERT.matcher(role);
          if (expert.matches()) {
            experts
                .computeIfAbsent(Integer.valueOf(expert.group(1)), any -> new TreeMap<>())
                .put(expert.group(2), tensor);
          } else {
            others.put(role, tensor);
          }
        });
    return new LayerTensors(List.copyOf(experts.values()), others);
  }
}
