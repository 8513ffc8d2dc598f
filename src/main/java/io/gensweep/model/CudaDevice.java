package io.gensweep.model;

import com.sun.jna.Native;
import com.sun.jna.ptr.LongByReference;
import io.gensweep.job.JobError;
import io.gensweep.model.cuda.KernelArchive;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Executor, told to the driver. A GPU of a machine, as NVIDIA's driver describes it.
 *
 * @param ordinal as CUDA counts, among those that {@code CUDA_VISIBLE_DEVICES} leaves
 * @param name such as NVIDIA H200
 * @param capability 10 times the major and the minor compute capability: 90 for 9.0
 * @param memory bytes, all of it
 * @param driver version of CUDA that the driver serves: 12080 for 12.8
 * @param release of the driver, such as 580.159.04; empty where the system does not tell
 */
public record CudaDevice(
    int ordinal,
    String name,
    int capability,
    int multiprocessors,
    long memory,
    int driver,
    String release)
    implements Serializable {
  private static final String PREFIX = "cuda:";

  /** Attributes of the CUDA driver's interface (cuda.h, CUdevice_attribute). */
  private static final int MULTIPROCESSORS = 16;

  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;
  private static final int NAME_BYTES = 256;
  private static final int UUID_BYTES = 16;

  /** The least that the kernels are compiled for: bfloat16 in the tensor cores begins there. */
  private static final int CAPABILITY = KernelArchive.LEAST_CAPABILITY;

  /**
   * The kernels are machine code of ptxas of CUDA 12, which every driver of CUDA 12 runs (CUDA
   * Compatibility guide, Minor Version Compatibility: 525 and later), and they need tensor maps,
   * which came with 12.0.
   */
  private static final int DRIVER = 12_000;

  private static final Path RELEASE = Path.of("/proc/driver/nvidia/version");
  private static final Pattern RELEASE_NUMBER = Pattern.compile("\\s(\\d+\\.\\d+(?:\\.\\d+)?)\\s");

  public CudaDevice {
    if (ordinal < 0 || capability < 1 || multiprocessors < 1 || memory < 1) {
      throw new IllegalArgumentException(
          "ordinal >= 0 and capability, multiprocessors, memory >= 1 expected, were %d, %d, %d, %d"
              .formatted(ordinal, capability, multiprocessors, memory));
    }
  }

  /**
   * The GPU of this machine with that number.
   *
   * @throws JobError if there is none
   */
  public static CudaDevice of(int ordinal) {
    return of(ordinal, CudaDriver.start(name(ordinal)), releaseHere());
  }

  static CudaDevice of(int ordinal, CudaDriver driver, String release) {
    int devices = driver.devices();
    if (ordinal >= devices) {
      throw driver.refused(
          "NVIDIA's driver counts %d here, from cuda:0 on%s"
              .formatted(devices, CudaDriver.visible()),
          "name one of these");
    }
    int device = driver.number("cuDeviceGet", ordinal);
    byte[] name = new byte[NAME_BYTES];
    driver.call("cuDeviceGetName", name, NAME_BYTES, device);
    LongByReference memory = new LongByReference();
    driver.call("cuDeviceTotalMem_v2", memory, device);
    return new CudaDevice(
        ordinal,
        Native.toString(name, "UTF-8"),
        10 * attribute(driver, CAPABILITY_MAJOR, device)
            + attribute(driver, CAPABILITY_MINOR, device),
        attribute(driver, MULTIPROCESSORS, device),
        memory.getValue(),
        driver.version(),
        release);
  }

  private static int attribute(CudaDriver driver, int attribute, int device) {
    return driver.number("cuDeviceGetAttribute", attribute, device);
  }

  /**
   * The number of the GPU, or of the part of one, with a UUID: CUDA has no function for it, so all
   * are asked.
   *
   * @param uuid as nvidia-smi prints it, with GPU- or MIG- before it
   * @throws JobError if there is none
   */
  public static int ordinal(String uuid) {
    return ordinal(uuid, CudaDriver.start(uuid));
  }

  static int ordinal(String uuid, CudaDriver driver) {
    String wanted = uuid.substring(uuid.indexOf('-') + 1).toLowerCase(Locale.ROOT);
    for (int ordinal = 0; ordinal < driver.devices(); ordinal++) {
      byte[] bytes = new byte[UUID_BYTES];
      driver.call("cuDeviceGetUuid_v2", bytes, driver.number("cuDeviceGet", ordinal));
      ByteBuffer halves = ByteBuffer.wrap(bytes);
      if (new UUID(halves.getLong(), halves.getLong()).toString().equals(wanted)) {
        return ordinal;
      }
    }
    throw driver.refused(
        "NVIDIA's driver shows no GPU of that UUID" + CudaDriver.visible(),
        "let the discovery script print what the executor sees: of parts of a GPU (MIG) it is the one"
            + " that CUDA_VISIBLE_DEVICES named when it started");
  }

  /**
   * The number of a GPU.
   *
   * @param device as {@link #name}
   */
  static int number(String device) {
    return Integer.parseInt(device.substring(PREFIX.length()));
  }

  /** As the setting {@code model.device} spells it. */
  private static String name(int ordinal) {
    return PREFIX + ordinal;
  }

  /**
   * What values computed on it are taken to depend on. The machine code of a kernel follows from
   * the capability alone, yet nobody promises that two cards that share it add in the same order,
   * and libraries choose their kernels by the multiprocessors; so another card is another
   * architecture until its bits have been compared. The driver is none of it: it runs machine code
   * as it is.
   */
  public String architecture() {
    return "%s, sm_%d, %d multiprocessors".formatted(name, capability, multiprocessors);
  }

  /** The driver's versions, for people. */
  public String driverText() {
    return (release.isEmpty() ? "" : release + ", ") + "CUDA " + version(driver);
  }

  /**
   * What a job is told that this GPU computes nothing for.
   *
   * @param libtorch version and flavor of a build that does not use it
   * @param why the kernels do not compute
   */
  JobError refused(String libtorch, String why) {
    return CudaDriver.refused(
        name(ordinal),
        "of Gensweep's kernels " + why + "; libtorch " + libtorch + " is no CUDA build",
        "put libtorch's CUDA build on the class path");
  }

  /** Whether its tensor cores have the type. */
  boolean bfloat16Native() {
    return capability >= CAPABILITY;
  }

  /** Why the project's kernels do not run on it, if they do not. */
  public Optional<String> whyNot() {
    if (!bfloat16Native()) {
      return Optional.of(
          "they need compute capability 8.0, %s has %d.%d"
              .formatted(name, capability / 10, capability % 10));
    }
    return driver < DRIVER
        ? Optional.of(
            "they need a driver of CUDA %s or later, this one is of %s"
                .formatted(version(DRIVER), version(driver)))
        : Optional.empty();
  }

  private static String version(int cuda) {
    return "%d.%d".formatted(cuda / 1000, cuda % 1000 / 10);
  }

  private static String releaseHere() {
    try {
      return release(Files.readString(RELEASE));
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * The release that the kernel module names.
   *
   * @param text of its file in /proc
   */
  static String release(String text) {
    Matcher number = RELEASE_NUMBER.matcher(text);
    return number.find() ? number.group(1) : "";
  }
}
