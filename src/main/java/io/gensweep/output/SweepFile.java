package io.gensweep.output;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.SweepGrid;
import io.gensweep.job.SweepPoint;
import io.gensweep.sampling.SamplingConfig;

/**
 * Driver. {@code OUTPUT/sweep.json}: the settings of each value of the column {@code sweep_point}.
 */
final class SweepFile {
  static final String NAME = "sweep.json";

  // The keys of a job file are the components of the record in snake case.
  private static final ObjectMapper KEYS =
      new ObjectMapper()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .setVisibility(PropertyAccessor.ALL, Visibility.NONE)
          .setVisibility(PropertyAccessor.FIELD, Visibility.ANY)
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING);

  private SweepFile() {}

  /**
   * {@code {"points": [{"sweep_point", "name", "swept": [keys], "sampling": {every key}}]}}, in the
   * order of the grid.
   */
  static JsonNode of(SweepGrid grid) {
    ObjectNode tree = Json.MAPPER.createObjectNode();
    ArrayNode points = tree.putArray("points");
    for (SweepPoint point : grid.points()) {
      ObjectNode node = points.addObject();
      node.put("sweep_point", point.index()).put("name", point.name());
      point.keys().forEach(node.putArray("swept")::add);
      node.set("sampling", sampling(point.sampling()));
    }
    return tree;
  }

  private static ObjectNode sampling(SamplingConfig sampling) {
    return KEYS.valueToTree(sampling);
  }
}
