package io.gensweep.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;

/** Plain Java. The hash behind {@link JobSpec#fingerprint}. */
final class Fingerprint {
  private Fingerprint() {}

  static String of(JobSpec job) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("dtype", job.model().dtype().toString());
    tree.set("max_model_len", Binding.MAPPER.valueToTree(job.model().maxModelLen()));
    tree.set("prompts", Binding.MAPPER.valueToTree(job.prompts()));
    tree.set("chat", Binding.MAPPER.valueToTree(job.chat()));
    tree.set("score", Binding.MAPPER.valueToTree(job.score()));
    // The job's own sampling shows in its points, which override it.
    ArrayNode points = tree.putArray("points");
    for (SweepPoint point : job.sweep().points()) {
      points.add(Binding.MAPPER.<JsonNode>valueToTree(point.sampling()));
    }
    try {
      byte[] bytes = stable(tree).toString().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Keys sorted, and doubles in hexadecimal: their decimal form is not the same in every JDK. */
  private static JsonNode stable(JsonNode node) {
    if (node.isObject()) {
      TreeMap<String, JsonNode> sorted = new TreeMap<>();
      node.fields().forEachRemaining(e -> sorted.put(e.getKey(), stable(e.getValue())));
      return JsonNodeFactory.instance.objectNode().setAll(sorted);
    }
    if (node.isArray()) {
      ArrayNode list = JsonNodeFactory.instance.arrayNode();
      node.forEach(item -> list.add(stable(item)));
      return list;
    }
    return node.isDouble()
        ? JsonNodeFactory.instance.textNode(Double.toHexString(node.doubleValue()))
        : node;
  }
}
