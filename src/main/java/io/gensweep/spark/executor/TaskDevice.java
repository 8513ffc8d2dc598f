package io.gensweep.spark.executor;

import io.gensweep.job.JobError;
import io.gensweep.model.CudaDevice;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.spark.resource.ResourceInformation;

/**
 * Executor. Finds the device of a task, by the job's setting and the GPU address that Spark
 * assigned.
 */
final class TaskDevice {
  private static final String GPU = "gpu";
  private static final String CUDA = "cuda:";
  private static final Pattern INDEX = Pattern.compile("[0-9]{1,3}");
  private static final Pattern UUID = Pattern.compile("GPU-|MIG-");

  private TaskDevice() {}

  /**
   * Names the device as the model room does. A task that was given several GPUs computes on the
   * first: an engine has one.
   *
   * @param device auto, cpu, cuda or cuda:N
   * @return cpu or cuda:N
   * @throws JobError if Spark's address is none of a GPU here
   */
  static String of(String device, Map<String, ResourceInformation> resources) {
    if (device.equals("cpu") || isGpu(device)) {
      return device;
    }
    ResourceInformation gpu = resources.get(GPU);
    if (gpu != null && gpu.addresses().length > 0) {
      return CUDA + ordinal(gpu.addresses()[0]);
    }
    return device.equals("cuda") ? CUDA + 0 : "cpu";
  }

  /** Whether it is one of which an engine takes the whole memory. */
  static boolean isGpu(Object device) {
    return device.toString().startsWith(CUDA);
  }

  /** The number of a GPU by what the discovery script printed: the number itself, or a UUID. */
  private static int ordinal(String address) {
    if (INDEX.matcher(address).matches()) {
      return Integer.parseInt(address);
    }
    if (UUID.matcher(address).lookingAt()) {
      return CudaDevice.ordinal(address);
    }
    throw new JobError(
        ("model.device: Spark gave the task the GPU \"%s\", which is neither an index nor a UUID"
                + " (GPU-..., MIG-...); use a discovery script such as conf/discover-gpus.sh, or set"
                + " model.device to cpu")
            .formatted(address));
  }
}
