package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.OptionalInt;

/**
 * The rotary tables of Gemma 3 and 4 and OLMo 3: one of layers that see everything, then one of
 * those with a window. {@code rope_parameters} describes each by its layer type, and {@code
 * rope_scaling} (HF before 5) the first alone.
 *
 * @param fullTheta of the first, where its description has none
 * @param slidingTheta of the second
 */
record LayerRopes(ConfigValues values, Sizes sizes, double fullTheta, double slidingTheta) {
  private static final String PARAMETERS = "rope_parameters";
  private static final String SCALING = "rope_scaling";

  List<RopeSpec> tables() {
    return tables(sizes.headDim(), sizes.headDim());
  }

  /** Of heads whose width depends on the layer's type. */
  List<RopeSpec> tables(int fullHeadDim, int slidingHeadDim) {
    ObjectNode full = parameters(Sizes.FULL);
    full.setAll(object(values, SCALING));
    return List.of(
        table(full, fullTheta, fullHeadDim),
        table(parameters(Sizes.SLIDING), slidingTheta, slidingHeadDim));
  }

  /** The attention of a layer of that number, by the table of its type. */
  static AttentionSpec of(Windows windows, int layer, AttentionSpec attention) {
    int table = windows.isSliding(layer) ? 1 : 0;
    return windows.of(layer, attention).withRope(OptionalInt.of(table));
  }

  private ObjectNode parameters(String type) {
    ObjectNode all = object(values, PARAMETERS);
    if (!all.isEmpty() && !all.has(Sizes.FULL) && !all.has(Sizes.SLIDING)) {
      throw values.wrong(PARAMETERS, "an object with " + Sizes.FULL + " and " + Sizes.SLIDING);
    }
    return object(values.inner(PARAMETERS, all), type);
  }

  private static ObjectNode object(ConfigValues values, String key) {
    if (!values.has(key)) {
      return JsonNodeFactory.instance.objectNode();
    }
    JsonNode object = values.get(key);
    if (!object.isObject()) {
      throw values.wrong(key, "an object");
    }
    return object.deepCopy();
  }

  private RopeSpec table(ObjectNode parameters, double theta, int headDim) {
    if (!parameters.has("rope_theta")) {
      parameters.put("rope_theta", theta);
    }
    ConfigValues rope = values.inner(PARAMETERS, parameters);
    int part = 0;
    if (RopeConfig.type(rope).equals("proportional")) {
      part = 1;
      // That of the whole config is for other types.
      if (!parameters.has(RopeConfig.PART)) {
        parameters.put(RopeConfig.PART, 1);
      }
    }
    return new RopeConfig(values, rope, sizes.maxPositions(), theta, part).table(headDim);
  }
}
