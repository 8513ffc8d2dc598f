package io.gensweep.spark;

import java.io.Serializable;
import java.time.Instant;

/**
 * Executor to driver. One model loaded on one device.
 *
 * @param cpu capability that its values may depend on
 * @param loadedAt by the executor's clock
 */
record EngineReport(
    String executor, String device, String cpu, int threads, double loadSeconds, Instant loadedAt)
    implements Serializable {}
