package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.ptr.IntByReference;
import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What is made of what a CUDA driver says, with a stand-in that says what an H100's driver does. No
 * GPU is asked here: that a real one answers so is for a machine that has one.
 */
class CudaDeviceTest {
  private static final CpuFeatures CPU = new CpuFeatures(Set.of("avx2"), "V", Map.of());

  @Test
  void aDeviceIsItsNameCapabilityAndMultiprocessors() {
    assertThat(CudaDevice.architecture(1, CudaDeviceTest::standIn))
        .isEqualTo("NVIDIA H100 80GB HBM3, sm_90, 132 multiprocessors");
  }

  @Test
  void whatTheDriverRefusesIsOneLineThatNamesTheDevice() {
    assertThatThrownBy(() -> CudaDevice.architecture(7, CudaDeviceTest::standIn))
        .isInstanceOf(JobError.class)
        .hasMessage(
            "model.device: cuda:7 cannot be asked what it is: cuDeviceGet of libcuda.so.1 gave the"
                + " error 101; see whether nvidia-smi lists it, or set model.device to cpu");
  }

  @Test
  void itsNumericsAreOfTheDeviceAndOfTheSettingsThatChangeItsProducts() {
    Numerics plain = numerics(Map.of("PATH", "/bin"), 4);
    assertThat(plain.parts())
        .containsEntry("device", "cuda")
        .containsEntry("architecture", "H100, sm_90")
        .containsEntry("backend", "plain")
        .containsEntry("libtorch", "2.7.1 cu124")
        .containsEntry("program", DecoderProgram.hash(Backend.PLAIN))
        .doesNotContainKeys("instructions", "kernels", "threads");
    assertThat(numerics(Map.of(), 8)).as("threads of the CPU do not matter").isEqualTo(plain);
    Numerics told =
        numerics(
            Map.of("CUBLAS_WORKSPACE_CONFIG", ":4096:8", "NVIDIA_TF32_OVERRIDE", "0", "A", "b"), 4);
    assertThat(plain.differences(told))
        .containsExactly(
            "instructions was none, is NVIDIA_TF32_OVERRIDE=0 CUBLAS_WORKSPACE_CONFIG=:4096:8");
  }

  private static Numerics numerics(Map<String, String> environment, int threads) {
    return Machine.gpu("H100, sm_90", CPU, environment, "2.7.1 cu124")
        .numerics(DType.BFLOAT16, ModelFolder.open(Path.of("data/models/tiny")).spec(), threads);
  }

  /** A driver of two devices, by the interface of cuda.h. */
  private static int standIn(String function, Object... arguments) {
    switch (function) {
      case "cuInit" -> assertThat(arguments).containsExactly(0);
      case "cuDeviceGet" -> {
        int ordinal = (int) arguments[1];
        if (ordinal >= 2) {
          return 101; // CUDA_ERROR_INVALID_DEVICE
        }
        ((IntByReference) arguments[0]).setValue(40 + ordinal);
      }
      case "cuDeviceGetName" -> {
        byte[] name = "NVIDIA H100 80GB HBM3".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(name, 0, (byte[]) arguments[0], 0, name.length);
        assertThat(arguments).endsWith(256, 41);
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
