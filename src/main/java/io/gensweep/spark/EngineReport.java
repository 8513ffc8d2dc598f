package io.gensweep.spark;

import java.io.Serializable;

/**
 * Executor to driver. One model loaded on one device.
 *
 * @param cpu capability that its values may depend on
 */
record EngineReport(String executor, String device, String cpu, int threads, double loadSeconds)
    implements Serializable {}
