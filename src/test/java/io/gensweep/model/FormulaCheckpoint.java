package io.gensweep.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.model.spec.ModelConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A checkpoint of a model family whose weights come from a formula, so that HF transformers and
 * this code read the same bits and no file holds them (src/test/python/make_families.py).
 *
 * @param config what its config.json says
 * @param dtype of the tensors that name none
 * @param tensors by name, with ranges such as {@code {0-3}} for numbers: shape, mean, spread, and a
 *     type where it is another
 */
record FormulaCheckpoint(JsonNode config, String dtype, JsonNode tensors) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern RANGE = Pattern.compile("\\{(\\d+)-(\\d+)}");

  /** Writes the folder and opens it as far as the engine needs. */
  ModelFolder in(Path folder) throws IOException {
    Files.writeString(folder.resolve("config.json"), config.toString());
    Files.write(folder.resolve("model.safetensors"), file());
    return new ModelFolder(folder, ModelConfig.read(config), List.of());
  }

  private byte[] file() {
    ObjectNode header = JSON.createObjectNode();
    List<byte[]> values = new ArrayList<>();
    int end = 0;
    for (Map.Entry<String, JsonNode> tensor : named().entrySet()) {
      JsonNode facts = tensor.getValue();
      String type = facts.size() > 3 ? facts.get(3).textValue() : dtype;
      byte[] data = data(tensor.getKey(), facts, type);
      ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", Stored.of(type).name());
      entry.set("shape", facts.get(0));
      entry.putArray("data_offsets").add(end).add(end + data.length);
      end += data.length;
      values.add(data);
    }
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + text.length + end).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(text.length).put(text);
    values.forEach(file::put);
    return file.array();
  }

  private static byte[] data(String name, JsonNode facts, String type) {
    int count = 1;
    for (JsonNode size : facts.get(0)) {
      count *= size.intValue();
    }
    Stored stored = Stored.of(type);
    ByteBuffer data = ByteBuffer.allocate(count * stored.bytes).order(ByteOrder.LITTLE_ENDIAN);
    long seed = fnv1a64(name);
    double mean = facts.get(1).doubleValue();
    double spread = facts.get(2).doubleValue();
    for (int i = 0; i < count; i++) {
      stored.put(data, value(seed + i, mean, spread));
    }
    return data.array();
  }

  /** Within {@code mean +- spread}: double arithmetic, rounded once. */
  static float value(long index, double mean, double spread) {
    double unit = (splitmix64(index) >>> 40) / (double) (1 << 23) - 1;
    return (float) (mean + spread * unit);
  }

  /** The 64-bit FNV-1a hash of a name in UTF-8. */
  static long fnv1a64(String name) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
    }
    return hash;
  }

  private static long splitmix64(long state) {
    long mixed = state + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  /** The tensors with their ranges written out. */
  private Map<String, JsonNode> named() {
    Map<String, JsonNode> named = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : tensors.properties()) {
      names(entry.getKey()).forEach(name -> named.put(name, entry.getValue()));
    }
    return named;
  }

  private static List<String> names(String folded) {
    Matcher range = RANGE.matcher(folded);
    if (!range.find()) {
      return List.of(folded);
    }
    List<String> names = new ArrayList<>();
    for (int i = Integer.parseInt(range.group(1)); i <= Integer.parseInt(range.group(2)); i++) {
      names.addAll(names(folded.substring(0, range.start()) + i + folded.substring(range.end())));
    }
    return names;
  }

  /** How safetensors names a type, and its values. */
  private enum Stored {
    F32(4) {
      @Override
      void put(ByteBuffer data, float value) {
        data.putFloat(value);
      }
    },
    BF16(2) {
      @Override
      void put(ByteBuffer data, float value) {
        int bits = Float.floatToRawIntBits(value);
        data.putShort((short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16));
      }
    },
    U8(1) {
      @Override
      void put(ByteBuffer data, float value) {
        data.put((byte) (int) Math.floor(value));
      }
    };

    private final int bytes;

    Stored(int bytes) {
      this.bytes = bytes;
    }

    abstract void put(ByteBuffer data, float value);

    static Stored of(String dtype) {
      return switch (dtype) {
        case "float32" -> F32;
        case "bfloat16" -> BF16;
        case "uint8" -> U8;
        default -> throw new IllegalArgumentException("no type of the families' tensors: " + dtype);
      };
    }
  }
}
