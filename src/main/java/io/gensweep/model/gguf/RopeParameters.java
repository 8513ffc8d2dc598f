package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JsonFile;
import java.nio.ByteBuffer;

/** Makes {@code rope_parameters} of config.json, as transformers 5.24 writes them. */
final class RopeParameters {
  private static final double USUAL_BASE = 10_000;
  private static final String LLAMA3 = "rope_freqs.weight";
  private static final String LONG = "rope_factors_long.weight";
  private static final String SHORT = "rope_factors_short.weight";
  private static final String ORIGINAL = "original_max_position_embeddings";
  private static final String ORIGINAL_KEY = "rope.scaling.original_context_length";

  private RopeParameters() {}

  static ObjectNode of(Hyperparameters model) {
    ObjectNode rope = base(model.number("rope.freq_base").orElse(USUAL_BASE));
    int headSize = model.headSize();
    int rotated = model.count("rope.dimension_count").orElse(headSize);
    if (rotated != headSize) {
      rope.put("partial_rotary_factor", rotated / (double) headSize);
    }
    if (model.hasTensor(LLAMA3)) {
      return new Llama3Factors(model, rotated, rope.path("rope_theta").asDouble())
          .putInto(rope, factors(model, LLAMA3));
    }
    if (model.hasTensor(LONG)) {
      return longRope(model, rope);
    }
    return scaled(model, rope);
  }

  /** Frequencies that are not scaled. */
  static ObjectNode base(double theta) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("rope_type", "default")
        .put("rope_theta", theta);
  }

  private static ObjectNode scaled(Hyperparameters model, ObjectNode rope) {
    double factor = model.number("rope.scaling.factor").orElse(1.0);
    String type = model.text("rope.scaling.type").orElse("linear");
    // As in llama.cpp, a factor without a type is a linear one.
    if (type.equals("none") || (type.equals("linear") && factor == 1)) {
      return rope;
    }
    if (type.equals("linear")) {
      return rope.put("rope_type", "linear").put("factor", factor);
    }
    if (type.equals("yarn")) {
      rope.put("rope_type", "yarn").put("factor", factor).put(ORIGINAL, model.size(ORIGINAL_KEY));
      model.number("rope.scaling.yarn_beta_fast").ifPresent(beta -> rope.put("beta_fast", beta));
      model.number("rope.scaling.yarn_beta_slow").ifPresent(beta -> rope.put("beta_slow", beta));
      model
          .number("rope.scaling.yarn_attn_factor")
          .ifPresent(attention -> rope.put("attention_factor", attention));
      return rope;
    }
    throw model.wrong(
        "has a "
            + model.key("rope.scaling.type")
            + " that must be none, linear or yarn, was "
            + JsonFile.shown(type));
  }

  private static ObjectNode longRope(Hyperparameters model, ObjectNode rope) {
    int original = model.size(ORIGINAL_KEY);
    rope.put("rope_type", "longrope").put(ORIGINAL, original);
    fill(rope.putArray("long_factor"), factors(model, LONG));
    fill(rope.putArray("short_factor"), factors(model, SHORT));
    double stretch = model.size("context_length") / (double) original;
    double usual = stretch > 1 ? Math.sqrt(1 + Math.log(stretch) / Math.log(original)) : 1;
    double attention = model.number("rope.scaling.attn_factor").orElse(usual);
    // The file has it in float32, and transformers computes the usual one in float64.
    if (Math.abs(attention - usual) > 1e-5) {
      rope.put("attention_factor", attention);
    }
    return rope;
  }

  private static void fill(ArrayNode array, float[] factors) {
    for (float factor : factors) {
      array.add(Double.parseDouble(Float.toString(factor)));
    }
  }

  private static float[] factors(Hyperparameters model, String name) {
    TensorInfo tensor =
        model
            .file()
            .tensor(name)
            .filter(found -> found.type() == TensorType.F32 && found.shape().size() == 1)
            .orElseThrow(() -> model.wrong("has no vector " + name + " of F32"));
    ByteBuffer bytes = model.file().bytes(tensor);
    float[] factors = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(factors);
    return factors;
  }
}
