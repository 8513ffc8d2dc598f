package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import io.gensweep.model.spec.DecoderSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is made of what a CUDA driver says, with a stand-in that says what an H100's driver does. No
 * GPU is asked here: that a real one answers so is for a machine that has one.
 */
class CudaDeviceTest {
  private static final CpuFeatures CPU = new CpuFeatures(Set.of("avx2"), "V", Map.of());
  private static final CudaDevice H100 =
      new CudaDevice(1, "NVIDIA H100 80GB HBM3", 90, 132, 85_520_809_984L, 12_080, "570.86.15");

  private int started;

  @Test
  void aDeviceIsWhatItsDriverTells() {
    CudaDevice device = CudaDevice.of(1, CudaDriver.start("cuda:1", this::standIn), "570.86.15");
    assertThat(device).isEqualTo(H100);
    assertThat(device.architecture())
        .isEqualTo("NVIDIA H100 80GB HBM3, sm_90, 132 multiprocessors");
    assertThat(device.driverText()).isEqualTo("570.86.15, CUDA 12.8");
    assertThat(device.whyNot()).isEmpty();
  }

  @Test
  void aNumberThatTheDriverDoesNotCountIsOneLine() {
    assertThatThrownBy(
            () -> CudaDevice.of(7, CudaDriver.start("cuda:7", this::standIn), "570.86.15"))
        .isInstanceOf(JobError.class)
        .hasMessage(
            "model.device: cuda:7 cannot be used: NVIDIA's driver counts 2 here, from cuda:0 on;"
                + " name one of these, or set model.device to cpu");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "100 | NVIDIA's driver finds no GPU; ",
        "803 | cuInit of libcuda.so.1 gave the error CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803); ",
        "12345 | cuInit of libcuda.so.1 gave the error 12345; "
      })
  void aDriverThatDoesNotStartIsOneLine(int error, String why) {
    started = error;
    assertThatThrownBy(() -> CudaDriver.start("cuda:0", this::standIn))
        .isInstanceOf(JobError.class)
        .hasMessage(
            "model.device: cuda:0 cannot be used: "
                + why
                + " see whether nvidia-smi lists it, or set model.device to cpu");
  }

  @Test
  void aUuidIsTheDeviceThatHasIt() {
    CudaDriver driver = CudaDriver.start("GPU-", this::standIn);
    assertThat(CudaDevice.ordinal("GPU-00112233-4455-6677-8899-aabbccddee01", driver)).isOne();
    assertThat(CudaDevice.ordinal("MIG-00112233-4455-6677-8899-AABBCCDDEE00", driver)).isZero();
    assertThatThrownBy(() -> CudaDevice.ordinal("GPU-00112233-4455-6677-8899-aabbccddee02", driver))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("NVIDIA's driver shows no GPU of that UUID");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "75  | 12080 | they need compute capability 8.0, X has 7.5",
        "80  | 11080 | they need a driver of CUDA 12.0 or later, this one is of 11.8",
        "80  | 12000 | ",
        "90  | 13000 | ",
        "120 | 12080 | ",
        "100 | 13000 | "
      })
  void kernelsNeedACapabilityAndADriver(int capability, int driver, String why) {
    CudaDevice device = new CudaDevice(0, "X", capability, 1, 1, driver, "");
    assertThat(device.whyNot().orElse(null)).isEqualTo(why);
  }

  @Test
  void theReleaseOfTheDriverIsInItsFileOfProc() {
    assertThat(
            CudaDevice.release(
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15"
                    + " UTC 2024\nGCC version:  gcc version 11.4.0\n"))
        .isEqualTo("535.183.01");
    assertThat(
            CudaDevice.release(
                "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build"
                    + "  (dvs-builder@U22)  Tue Sep 23\n"))
        .isEqualTo("580.95.05");
    assertThat(CudaDevice.release("")).isEmpty();
    assertThat(new CudaDevice(0, "X", 90, 1, 1, 13_010, "").driverText()).isEqualTo("CUDA 13.1");
  }

  @Test
  void itsNumericsAreOfTheDeviceAndOfTheSettingsThatChangeItsProducts() {
    Numerics plain = numerics(H100, Map.of("PATH", "/bin"), 4);
    assertThat(plain.parts())
        .containsEntry("device", "cuda")
        .containsEntry("architecture", "NVIDIA H100 80GB HBM3, sm_90, 132 multiprocessors")
        .containsEntry("backend", "plain")
        .containsEntry("libtorch", "2.7.1 cu124")
        .containsEntry("program", DecoderProgram.hash(Backend.PLAIN))
        .doesNotContainKeys("instructions", "kernels", "threads");
    assertThat(numerics(H100, Map.of(), 8)).as("threads of the CPU do not matter").isEqualTo(plain);
    CudaDevice other = new CudaDevice(0, H100.name(), 90, 132, 1L << 36, 13_000, "580.95.05");
    assertThat(numerics(other, Map.of(), 4))
        .as("nor the device's number, its memory and its driver")
        .isEqualTo(plain);
    Numerics told =
        numerics(
            H100,
            Map.of("CUBLAS_WORKSPACE_CONFIG", ":4096:8", "NVIDIA_TF32_OVERRIDE", "0", "A", "b"),
            4);
    assertThat(plain.differences(told))
        .containsExactly(
            "instructions was none, is NVIDIA_TF32_OVERRIDE=0 CUBLAS_WORKSPACE_CONFIG=:4096:8");
  }

  @Test
  void kernelsComputeWhateverLibtorchIs() {
    Machine machine = Machine.gpu(H100, CPU, Map.of(), "2.7.1 cpu", false, "ab");
    Numerics numerics = machine.numerics(DType.BFLOAT16, spec(), 4);
    assertThat(numerics.backend()).isEqualTo(Backend.CUDA);
    assertThat(numerics.parts())
        .containsEntry("program", DecoderProgram.hash(Backend.CUDA))
        .containsEntry("instructions", CPU.instructions())
        .doesNotContainKeys("threads");
    assertThat(numerics.kernels())
        .as("those of the type")
        .hasSize(64)
        .isNotEqualTo(machine.numerics(DType.FLOAT32, spec(), 4).kernels());
    assertThat(machine.whyNotKernels(DType.BFLOAT16, spec())).isEmpty();
    assertThat(
            Machine.gpu(H100, CPU, Map.of(), "2.7.1 cu128", true, "ab")
                .whyNotKernels(DType.BFLOAT16, spec()))
        .isEmpty();
  }

  @Test
  void whatADriverCompilesDependsOnIt() {
    CudaDevice other = new CudaDevice(0, "X", 103, 1, 1, 13_010, "580.95.05");
    Machine machine = Machine.gpu(other, CPU, Map.of(), "2.7.1 cpu", false, "ab");
    assertThat(machine.numerics(DType.BFLOAT16, spec(), 4).instructions())
        .isEqualTo(CPU.instructions() + ", PTX compiled by 580.95.05, CUDA 13.1");
  }

  @Test
  void aGpuThatNothingComputesOnIsRefusedWithAllReasons() {
    Machine bare = Machine.gpu(H100, CPU, Map.of(), "2.7.1 cpu", false, "");
    assertThatThrownBy(() -> bare.numerics(DType.BFLOAT16, spec(), 4))
        .isInstanceOf(JobError.class)
        .hasMessage(
            "model.device: cuda:1 cannot be used: of Gensweep's kernels libtorch 2.7.1 cpu is too old"
                + " for them; libtorch 2.7.1 cpu is no CUDA build; put libtorch's CUDA build on the"
                + " class path, or set model.device to cpu");
    CudaDevice old = new CudaDevice(0, "Tesla T4", 75, 40, 1L << 34, 12_080, "");
    Machine t4 = Machine.gpu(old, CPU, Map.of(), "2.7.1 cpu", false, "");
    assertThatThrownBy(() -> t4.numerics(DType.BFLOAT16, spec(), 4))
        .isInstanceOf(JobError.class)
        .hasMessageStartingWith(
            "model.device: cuda:0 cannot be used: of Gensweep's kernels they need compute capability 8.0,"
                + " Tesla T4 has 7.5; libtorch 2.7.1 cpu is no CUDA build; ");
  }

  private static Numerics numerics(CudaDevice gpu, Map<String, String> environment, int threads) {
    return Machine.gpu(gpu, CPU, environment, "2.7.1 cu124", true, "")
        .numerics(DType.BFLOAT16, spec(), threads);
  }

  private static DecoderSpec spec() {
    return ModelFolder.open(Path.of("data/models/tiny")).spec();
  }

  /** A driver of two devices, by the interface of cuda.h. */
  private int standIn(String function, Object... arguments) {
    switch (function) {
      case "cuInit" -> {
        assertThat(arguments).containsExactly(0);
        return started;
      }
      case "cuGetErrorName" -> {
        if ((int) arguments[0] != 803) {
          return 1; // CUDA_ERROR_INVALID_VALUE
        }
        Memory name = new Memory(64);
        name.setString(0, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH");
        ((PointerByReference) arguments[1]).setValue(name);
      }
      case "cuDriverGetVersion" -> ((IntByReference) arguments[0]).setValue(12_080);
      case "cuDeviceGetCount" -> ((IntByReference) arguments[0]).setValue(2);
      case "cuDeviceGet" -> ((IntByReference) arguments[0]).setValue(40 + (int) arguments[1]);
      case "cuDeviceGetName" -> {
        byte[] name = "NVIDIA H100 80GB HBM3".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(name, 0, (byte[]) arguments[0], 0, name.length);
        assertThat(arguments).endsWith(256, 41);
      }
      case "cuDeviceTotalMem_v2" -> {
        ((LongByReference) arguments[0]).setValue(85_520_809_984L);
        assertThat(arguments).endsWith(41);
      }
      case "cuDeviceGetUuid_v2" -> {
        byte[] uuid = HexFormat.of().parseHex("00112233445566778899aabbccddee00");
        uuid[15] = (byte) ((int) arguments[1] - 40);
        System.arraycopy(uuid, 0, (byte[]) arguments[0], 0, 16);
      }
      case "cuDeviceGetAttribute" -> {
        assertThat(arguments[2]).isEqualTo(41);
        int value =
            switch ((int) arguments[1]) {
              case 16 -> 132; // MULTIPROCESSOR_COUNT
              case 75 -> 9; // COMPUTE_CAPABILITY_MAJOR
              case 76 -> 0; // COMPUTE_CAPABILITY_MINOR
              default -> throw new AssertionError("attribute " + arguments[1]);
            };
        ((IntByReference) arguments[0]).setValue(value);
      }
      default -> throw new AssertionError(function);
    }
    return 0;
  }
}
