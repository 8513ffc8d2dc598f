package io.gensweep.spark.executor;

import java.io.Serializable;
import java.time.Instant;

/**
 * Executor to driver. Reports one model that was loaded on one device.
 *
 * @param instructions that its libraries use
 * @param loadedAt by the executor's clock
 */
public record EngineReport(
    String executor,
    String device,
    String instructions,
    int threads,
    double loadSeconds,
    Instant loadedAt)
    implements Serializable {}
