package io.gensweep.model;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;

/** Executor. What a GPU is, as its driver tells. */
final class CudaDevice {
  /** Attributes of the CUDA driver's interface (cuda.h, CUdevice_attribute). */
  private static final int MULTIPROCESSORS = 16;

  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;
  private static final int NAME_BYTES = 256;

  private final NativeLibrary driver = NativeLibrary.getInstance("libcuda.so.1");
  private final int device;

  /**
   * @param ordinal as libtorch counts, among those that {@code CUDA_VISIBLE_DEVICES} leaves
   */
  private CudaDevice(int ordinal) {
    call("cuInit", 0);
    IntByReference handle = new IntByReference();
    call("cuDeviceGet", handle, ordinal);
    device = handle.getValue();
  }

  /**
   * Name, compute capability and multiprocessors: libraries choose what they compute with by them.
   */
  static String architecture(int ordinal) {
    CudaDevice device = new CudaDevice(ordinal);
    byte[] name = new byte[NAME_BYTES];
    device.call("cuDeviceGetName", name, NAME_BYTES, device.device);
    return "%s, sm_%d%d, %d multiprocessors"
        .formatted(
            Native.toString(name, "UTF-8"),
            device.attribute(CAPABILITY_MAJOR),
            device.attribute(CAPABILITY_MINOR),
            device.attribute(MULTIPROCESSORS));
  }

  private int attribute(int attribute) {
    IntByReference value = new IntByReference();
    call("cuDeviceGetAttribute", value, attribute, device);
    return value.getValue();
  }

  private void call(String name, Object... arguments) {
    Function function = driver.getFunction(name);
    int error = function.invokeInt(arguments);
    if (error != 0) {
      throw new IllegalStateException(name + " of the CUDA driver gave the error " + error);
    }
  }
}
