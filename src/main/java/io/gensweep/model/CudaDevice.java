package io.gensweep.model;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import io.gensweep.job.JobError;

/** Executor. What a GPU is, as its driver tells. */
final class CudaDevice {
  private static final String LIBRARY = "libcuda.so.1";

  /** Attributes of the CUDA driver's interface (cuda.h, CUdevice_attribute). */
  private static final int MULTIPROCESSORS = 16;

  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;
  private static final int NAME_BYTES = 256;

  /** The functions of the CUDA driver; each gives a CUresult, which is 0 where it succeeded. */
  @FunctionalInterface
  interface Driver {
    int call(String function, Object... arguments);
  }

  private final int ordinal;
  private final Driver driver;
  private final int device;

  /**
   * @param ordinal as libtorch counts, among those that {@code CUDA_VISIBLE_DEVICES} leaves
   */
  private CudaDevice(int ordinal, Driver driver) {
    this.ordinal = ordinal;
    this.driver = driver;
    call("cuInit", 0);
    IntByReference handle = new IntByReference();
    call("cuDeviceGet", handle, ordinal);
    device = handle.getValue();
  }

  /**
   * Name, compute capability and multiprocessors: libraries choose what they compute with by them.
   *
   * @throws JobError if the driver refuses to tell
   */
  static String architecture(int ordinal) {
    NativeLibrary library = NativeLibrary.getInstance(LIBRARY);
    return architecture(
        ordinal, (function, arguments) -> library.getFunction(function).invokeInt(arguments));
  }

  static String architecture(int ordinal, Driver driver) {
    CudaDevice device = new CudaDevice(ordinal, driver);
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

  private void call(String function, Object... arguments) {
    int error = driver.call(function, arguments);
    if (error != 0) {
      throw new JobError(
          "model.device: cuda:%d cannot be asked what it is: %s of %s gave the error %d; see whether nvidia-smi lists it, or set model.device to cpu"
              .formatted(ordinal, function, LIBRARY, error));
    }
  }
}
