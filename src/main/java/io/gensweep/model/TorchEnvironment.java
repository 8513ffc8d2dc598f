package io.gensweep.model;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

/** Executor, once per JVM. What libtorch and DJL are told before anything else. */
final class TorchEnvironment {
  private TorchEnvironment() {}

  /**
   * @param threads threads of one operation; the setting holds for the process and for the calling
   *     thread
   */
  static synchronized void prepare(int threads) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    Engine.getEngine("PyTorch");
    JniUtils.setNumThreads(threads);
  }
}
