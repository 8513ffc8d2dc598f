package io.gensweep.model;

import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import io.gensweep.model.cuda.Coverage;
import io.gensweep.model.cuda.KernelArchive;
import io.gensweep.model.spec.DecoderSpec;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Executor, told to the driver. One device of a machine, as this JVM's environment holds it: all
 * that {@link Numerics} follow from, whatever the model.
 *
 * @param device cpu or cuda
 * @param architecture of the processor that computes
 * @param gpu the one that computes; none where the CPU does
 * @param settings of the environment that say what a GPU's libraries compute with
 * @param torchComputes whether libtorch can use the device: its CPU build has no GPUs
 * @param kernels hash of the native library, if it can be loaded here; else empty
 */
public record Machine(
    String device,
    String architecture,
    CpuFeatures cpu,
    List<CudaDevice> gpu,
    String settings,
    String libtorch,
    boolean torchComputes,
    String kernels)
    implements Serializable {
  private static final String CPU = "cpu";
  private static final String CUDA = "cuda";
  private static final List<String> GPU_SETTINGS =
      List.of(
          "NVIDIA_TF32_OVERRIDE", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "CUBLAS_WORKSPACE_CONFIG");

  public Machine {
    gpu = List.copyOf(gpu);
    if (device.equals(CPU) != gpu.isEmpty()) {
      throw new IllegalArgumentException("device " + device + " with the GPUs " + gpu);
    }
  }

  /**
   * This machine; loads libtorch.
   *
   * @param device cpu or cuda:N
   * @throws JobError if there is no such device
   */
  public static Machine here(String device) {
    CpuFeatures cpu = CpuFeatures.here();
    if (!device.equals(CPU)) {
      CudaDevice gpu = CudaDevice.of(CudaDevice.number(device));
      TorchEnvironment.prepare();
      return gpu(
          gpu,
          cpu,
          System.getenv(),
          TorchVersions.libtorch(),
          TorchEnvironment.gpus() > gpu.ordinal(),
          Kernels.exist() && Kernels.load() ? Kernels.hash() : "");
    }
    TorchEnvironment.prepare();
    boolean kernels = Stream.of(DType.values()).anyMatch(cpu::kernels) && Kernels.load();
    return new Machine(
        CPU,
        System.getProperty("os.arch"),
        cpu,
        List.of(),
        "",
        TorchVersions.libtorch(),
        true,
        kernels ? Kernels.hash() : "");
  }

  static Machine gpu(
      CudaDevice gpu,
      CpuFeatures cpu,
      Map<String, String> environment,
      String libtorch,
      boolean torchComputes,
      String kernels) {
    String settings =
        GPU_SETTINGS.stream()
            .filter(environment::containsKey)
            .map(name -> name + "=" + environment.get(name))
            .collect(Collectors.joining(" "));
    return new Machine(
        CUDA, gpu.architecture(), cpu, List.of(gpu), settings, libtorch, torchComputes, kernels);
  }

  /**
   * The type to compute in: AUTO is the checkpoint's own where this machine computes in it, else
   * float32.
   *
   * @param stored as the model's config names it
   * @throws JobError if this machine does not compute in the type that is asked for
   */
  public DType dtype(DType asked, String stored) {
    boolean onCpu = device.equals(CPU);
    if (asked == DType.AUTO) {
      boolean bfloat16 = onCpu ? cpu.bfloat16Native() : gpu.get(0).bfloat16Native();
      return bfloat16 && stored.equals("bfloat16") ? DType.BFLOAT16 : DType.FLOAT32;
    }
    if (asked == DType.INT8 && !onCpu) {
      throw new JobError(
          "model.dtype: int8 runs on CPUs only and the executors have "
              + architecture
              + "; use model.device: cpu, or bfloat16 or float32");
    }
    boolean computed = cpu.bfloat16Products() || (cpu.kernels(asked) && !kernels.isEmpty());
    if (asked == DType.BFLOAT16 && onCpu && !computed) {
      throw new JobError(
          "model.dtype: bfloat16 needs a CPU with AVX2, this one has "
              + cpu.instructions()
              + "; use float32");
    }
    return asked;
  }

  /**
   * How this machine computes a model.
   *
   * @param dtype never AUTO
   * @param threads of one operation
   * @throws JobError if this machine computes other models only in the type
   */
  public Numerics numerics(DType dtype, DecoderSpec spec, int threads) {
    Backend backend = backend(dtype, spec);
    if (dtype == DType.BFLOAT16 && backend == Backend.PACKED && !cpu.bfloat16Products()) {
      throw new JobError(
          "model.dtype: bfloat16 needs a CPU with AVX-512 for this model, since of the kernels "
              + whyNotKernels(dtype, spec).orElseThrow()
              + "; use float32");
    }
    if (backend == Backend.PLAIN && !torchComputes) {
      throw gpu.get(0).refused(libtorch, whyNotKernels(dtype, spec).orElseThrow());
    }
    return new Numerics(
        device,
        architecture,
        backend,
        instructions(backend, dtype),
        libtorch,
        kernels(backend, dtype),
        DecoderProgram.hash(backend),
        dtype,
        backend == Backend.PACKED ? threads : 0);
  }

  /** The kernels for GPUs take rotary tables that the CPU computes. */
  private String instructions(Backend backend, DType dtype) {
    if (backend == Backend.PLAIN) {
      return settings;
    }
    boolean compiledByDriver = backend == Backend.CUDA && archive(dtype).orElseThrow().isPtx();
    return cpu.instructions()
        + (compiledByDriver ? ", PTX compiled by " + gpu.get(0).driverText() : "");
  }

  private String kernels(Backend backend, DType dtype) {
    return switch (backend) {
      case KERNELS -> kernels;
      case CUDA -> Sha256.hex(archive(dtype).orElseThrow().bytes());
      default -> "";
    };
  }

  /** The fastest one there is for a model held so. */
  private Backend backend(DType dtype, DecoderSpec spec) {
    boolean own = whyNotKernels(dtype, spec).isEmpty();
    if (device.equals(CPU)) {
      return own ? Backend.KERNELS : Backend.PACKED;
    }
    return own ? Backend.CUDA : Backend.PLAIN;
  }

  private Optional<KernelArchive> archive(DType dtype) {
    return KernelArchive.of(gpu.get(0).capability(), dtype);
  }

  private Optional<String> whyNotGpuKernels(DType dtype, DecoderSpec spec) {
    Optional<String> why = gpu.get(0).whyNot();
    if (why.isPresent()) {
      return why;
    }
    if (kernels.isEmpty()) {
      return Optional.of("libtorch " + libtorch + " is too old for them");
    }
    return archive(dtype).isEmpty()
        ? Optional.of("they compute in bfloat16 and float32, not in " + dtype)
        : Coverage.whyNot(spec);
  }

  /** Why another backend than the project's own kernels computes a model held so, if one does. */
  public Optional<String> whyNotKernels(DType dtype, DecoderSpec spec) {
    if (!device.equals(CPU)) {
      return whyNotGpuKernels(dtype, spec);
    }
    Optional<String> why = cpu.whyNotKernels(dtype);
    if (why.isPresent()) {
      return why;
    }
    if (kernels.isEmpty()) {
      return Optional.of("libtorch " + libtorch + " is too old for them");
    }
    return Kernels.whyNot(spec);
  }
}
