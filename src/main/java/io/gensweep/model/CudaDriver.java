package io.gensweep.model;

import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import io.gensweep.job.JobError;
import java.util.Optional;

/** Executor, once per JVM. The library of NVIDIA's driver that programs talk to. */
final class CudaDriver {
  private static final String LIBRARY = "libcuda.so.1";

  private static final String SEE = "see whether nvidia-smi lists it";

  /** CUDA_ERROR_NO_DEVICE of cuda.h. */
  private static final int NO_DEVICE = 100;

  /** Its functions by name; each returns a CUresult, which is 0 where it succeeded. */
  @FunctionalInterface
  interface Functions {
    int call(String function, Object... arguments);
  }

  private final String asked;
  private final Functions functions;

  private CudaDriver(String asked, Functions functions) {
    this.asked = asked;
    this.functions = functions;
    int error = functions.call("cuInit", 0);
    if (error == NO_DEVICE) {
      throw refused("NVIDIA's driver finds no GPU" + visible(), SEE);
    }
    require("cuInit", error);
  }

  /**
   * Starts the driver of this machine.
   *
   * @param asked the GPU that is looked for, as messages name it
   * @throws JobError if there is no driver, or it finds no GPU
   */
  static CudaDriver start(String asked) {
    NativeLibrary library;
    try {
      library = NativeLibrary.getInstance(LIBRARY);
    } catch (UnsatisfiedLinkError e) {
      throw refused(
          asked,
          "NVIDIA's driver is not here: " + LIBRARY + " cannot be loaded",
          "install the driver (in a container NVIDIA's runtime brings it, with"
              + " NVIDIA_DRIVER_CAPABILITIES=compute,utility)");
    }
    return start(
        asked,
        (function, arguments) -> {
          try {
            return library.getFunction(function).invokeInt(arguments);
          } catch (UnsatisfiedLinkError e) {
            throw refused(
                asked, "NVIDIA's driver is too old: it has no " + function, "install a later one");
          }
        });
  }

  static CudaDriver start(String asked, Functions functions) {
    return new CudaDriver(asked, functions);
  }

  /** The version of CUDA that it serves, 1000 times the major and 10 times the minor one. */
  int version() {
    return number("cuDriverGetVersion");
  }

  /** Number of GPUs that {@code CUDA_VISIBLE_DEVICES} leaves. */
  int devices() {
    return number("cuDeviceGetCount");
  }

  /**
   * A number that a function writes to where its first argument points.
   *
   * @param arguments those after the first
   */
  int number(String function, Object... arguments) {
    IntByReference value = new IntByReference();
    Object[] all = new Object[arguments.length + 1];
    all[0] = value;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    call(function, all);
    return value.getValue();
  }

  /**
   * Calls a function.
   *
   * @throws JobError if it fails
   */
  void call(String function, Object... arguments) {
    require(function, functions.call(function, arguments));
  }

  private void require(String function, int error) {
    if (error != 0) {
      throw refused("%s of %s gave the error %s".formatted(function, LIBRARY, name(error)), SEE);
    }
  }

  private String name(int error) {
    PointerByReference name = new PointerByReference();
    return functions.call("cuGetErrorName", error, name) == 0 && name.getValue() != null
        ? name.getValue().getString(0) + " (" + error + ")"
        : Integer.toString(error);
  }

  /** What the environment hides, in brackets with a space before; empty where it hides nothing. */
  static String visible() {
    return Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES"))
        .map(" (CUDA_VISIBLE_DEVICES=%s)"::formatted)
        .orElse("");
  }

  /** What a job is told that cannot have the GPU that was looked for. */
  JobError refused(String why, String remedy) {
    return refused(asked, why, remedy);
  }

  /**
   * What a job is told that cannot have a GPU.
   *
   * @param gpu as the job or Spark names it
   */
  static JobError refused(String gpu, String why, String remedy) {
    return new JobError(
        "model.device: %s cannot be used: %s; %s, or set model.device to cpu"
            .formatted(gpu, why, remedy));
  }
}
