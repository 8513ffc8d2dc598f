package io.gensweep.model;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import io.gensweep.job.JobError;

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

  /**
   * Checks that libtorch sees the device.
   *
   * @param device cpu or cuda:N
   */
  static void requireDevice(String device) {
    if (device.equals("cpu")) {
      return;
    }
    int gpus = Engine.getEngine("PyTorch").getGpuCount();
    if (Integer.parseInt(device.substring("cuda:".length())) >= gpus) {
      throw new JobError(
          "model.device: "
              + device
              + " was asked for or given by Spark, and libtorch sees "
              + gpus
              + " GPUs here; set model.device to cpu, or put the CUDA build of libtorch on the class path");
    }
  }
}
