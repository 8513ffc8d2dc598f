package io.gensweep.model.weights;

import java.util.List;
import java.util.Map;

/** Weights that are stored as they are. */
record Unquantized() implements Quantization {
  @Override
  public Map<String, NamedTensor> dequantized(Map<String, TensorEntry> stored) {
    return Map.copyOf(stored);
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }
}
