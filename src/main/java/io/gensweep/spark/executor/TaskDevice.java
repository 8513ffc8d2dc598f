package io.gensweep.spark.executor;

import java.util.Map;
import org.apache.spark.resource.ResourceInformation;

/**
 * Executor. Finds the device of a task, by the job's setting and the GPU address that Spark
 * assigned.
 */
final class TaskDevice {
  private static final String GPU = "gpu";

  private TaskDevice() {}

  /**
   * Names the device as the model room does.
   *
   * @param device auto, cpu, cuda or cuda:N
   * @return cpu or cuda:N
   */
  static String of(String device, Map<String, ResourceInformation> resources) {
    if (device.equals("cpu") || device.startsWith("cuda:")) {
      return device;
    }
    ResourceInformation gpu = resources.get(GPU);
    if (gpu != null && gpu.addresses().length > 0) {
      return "cuda:" + gpu.addresses()[0];
    }
    return device.equals("cuda") ? "cuda:0" : "cpu";
  }
}
