package io.gensweep.model.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import io.gensweep.model.weights.ScaledTensor.Tile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights of F8_E4M3 with a scale for each tile, beside others that are stored as they are. Which
 * are which the types in the file say, not the config's lists of modules.
 *
 * @param suffix of the tensor that has a weight's scales
 * @param tiles that a weight may have; {@link #WHOLE} stands for all rows or columns
 * @param toScaleType whether a product is rounded to the type of the scales before anything else
 */
record Float8Quantization(String suffix, List<Tile> tiles, boolean toScaleType)
    implements Quantization {
  private static final int WHOLE = Integer.MAX_VALUE;
  private static final Tile TENSOR = new Tile(WHOLE, WHOLE);
  private static final String BLOCK = "weight_block_size";
  private static final String FORMAT = "float-quantized";

  Float8Quantization {
    tiles = List.copyOf(tiles);
  }

  /** As DeepSeek and Qwen publish: {@code weight_block_size}, or one scale a tensor where null. */
  static Float8Quantization blockwise(JsonNode json) {
    if (json.path("expert_dtype").asText("fp8").equals("fp4")) {
      throw Quantization.unsupported("expert_dtype", json);
    }
    JsonNode size = json.path(BLOCK);
    if (size.isNull()) {
      return new Float8Quantization("_scale_inv", List.of(TENSOR), false);
    }
    // transformers' default where the key is absent.
    Tile tile = size.isMissingNode() ? new Tile(128, 128) : tile(BLOCK, size);
    return new Float8Quantization("_scale_inv", List.of(tile, TENSOR), false);
  }

  /** As llm-compressor writes; its own rule rounds to the scales' type. */
  static Float8Quantization compressed(JsonNode json) {
    if (!json.path("format").asText().equals(FORMAT)) {
      throw Quantization.unsupported("format", json);
    }
    if (json.path("sparsity_config").path("format").asText("dense").equals("dense")) {
      List<Tile> tiles = new ArrayList<>();
      json.path("config_groups").forEach(group -> tiles.add(tile(group)));
      return new Float8Quantization("_scale", tiles, true);
    }
    throw Quantization.unsupported("sparsity_config", json);
  }

  private static Tile tile(JsonNode group) {
    JsonNode weights = group.path("weights");
    if (!weights.path("type").asText().equals("float")
        || weights.path("num_bits").asInt() != 8
        || !weights.path("symmetric").asBoolean(true)
        || !group.path("format").asText(FORMAT).equals(FORMAT)) {
      throw Quantization.unsupported("weights", group);
    }
    String strategy = weights.path("strategy").asText("tensor");
    return switch (strategy) {
      case "tensor" -> TENSOR;
      case "channel" -> new Tile(1, WHOLE);
      case "block" -> tile("block_structure", weights.path("block_structure"));
      case "group" -> new Tile(1, positive("group_size", weights.path("group_size")));
      default -> throw Quantization.unsupported("strategy", weights);
    };
  }

  private static Tile tile(String key, JsonNode size) {
    if (size.size() != 2) {
      throw wrong(key, "two whole numbers >= 1", size);
    }
    return new Tile(positive(key, size.get(0)), positive(key, size.get(1)));
  }

  private static int positive(String key, JsonNode size) {
    if (!size.isIntegralNumber() || !size.canConvertToInt() || size.intValue() < 1) {
      throw wrong(key, "whole numbers >= 1", size);
    }
    return size.intValue();
  }

  private static JobError wrong(String key, String allowed, JsonNode was) {
    return new JobError(
        "config.json: " + KEY + "." + key + " must be " + allowed + ", was " + JsonFile.shown(was));
  }

  @Override
  public Map<String, NamedTensor> dequantized(Map<String, TensorEntry> stored) {
    Map<String, NamedTensor> named = new HashMap<>(stored);
    for (TensorEntry weight : stored.values()) {
      if (weight.type().equals(SmallFloat.F8_E4M3.name())) {
        String name = weight.name() + suffix;
        if (!stored.containsKey(name)) {
          throw new JobError(
              "model.path: "
                  + weight.file()
                  + ": tensor "
                  + JsonFile.shown(weight.name())
                  + " is F8_E4M3 and the checkpoint has no "
                  + JsonFile.shown(name)
                  + ", which has its scales; copy the model again");
        }
        named.put(weight.name(), new Scaled(this, weight, stored.get(name)));
        named.remove(name);
      }
    }
    // Only for activations of 8 bits, which this has not.
    named.keySet().removeIf(name -> name.endsWith(".input_scale"));
    named.keySet().removeIf(name -> name.endsWith(".activation_scale"));
    return named;
  }

  @Override
  public List<String> warnings() {
    return List.of(
        "config.json: "
            + KEY
            + ": the 8-bit weights are dequantized to model.dtype; activations and KV cache are not"
            + " quantized");
  }

  /** A weight and its scales, before anyone asks for them. */
  private record Scaled(Float8Quantization by, TensorEntry weight, TensorEntry scales)
      implements NamedTensor {
    @Override
    public String name() {
      return weight.name();
    }

    @Override
    public Path file() {
      return weight.file();
    }

    @Override
    public List<Long> shape() {
      return weight.shape();
    }

    @Override
    public StoredTensor open() {
      FileTensor bits = weight.open(SmallFloat.F8_E4M3);
      boolean powers = scales.type().equals("F8_E8M0") || scales.type().equals("U8");
      StoredTensor grid = powers ? scales.open(SmallFloat.F8_E8M0) : scales.open();
      Tile tile =
          by.tiles.stream()
              .map(some -> within(some, bits))
              .filter(some -> fits(some, bits))
              .findFirst()
              .orElseThrow(
                  () ->
                      new JobError(
                          "model.path: "
                              + scales.file()
                              + ": tensor "
                              + JsonFile.shown(scales.name())
                              + " has shape "
                              + scales.shape()
                              + ", which no tile of config.json's "
                              + KEY
                              + " makes of "
                              + weight.shape()));
      return new ScaledTensor(bits, grid, tile, by.toScaleType ? grid.type() : ElementType.F32);
    }

    private static Tile within(Tile tile, FileTensor bits) {
      return new Tile(Math.min(tile.rows(), rows(bits)), Math.min(tile.columns(), bits.rowSize()));
    }

    private static int rows(FileTensor bits) {
      return bits.shape().get(bits.shape().size() - 2);
    }

    private boolean fits(Tile tile, FileTensor bits) {
      long down = tile.down(rows(bits));
      long across = tile.across(bits.rowSize());
      List<Long> shape = new ArrayList<>(weight.shape().subList(0, weight.shape().size() - 2));
      shape.add(down);
      shape.add(across);
      boolean one = shape.stream().allMatch(size -> size == 1);
      return scales.shape().equals(shape)
          || (one && scales.shape().stream().allMatch(size -> size == 1));
    }
  }
}
