package io.gensweep.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import java.time.Instant;

/**
 * Executor to driver. One model loaded on one device: an entry of {@code engines} in metrics.json.
 *
 * @param executor by Spark's name
 * @param backend what computes, as the numerics name it
 * @param instructions that its libraries use
 * @param batch most sequences decoded together
 * @param loadedAt by the executor's clock
 */
public record EngineReport(
    String executor,
    String device,
    String backend,
    String instructions,
    int threads,
    int batch,
    double loadSeconds,
    Instant loadedAt)
    implements Serializable {

  ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("executor", executor)
        .put("device", device)
        .put("backend", backend)
        .put("instructions", instructions)
        .put("threads", threads)
        .put("max_batch", batch)
        .put("load_seconds", loadSeconds)
        .put("loaded_at", loadedAt.toString());
  }
}
