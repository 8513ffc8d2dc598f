package io.gensweep.spark.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import io.gensweep.job.ModelSpec;
import io.gensweep.model.CpuFeatures;
import io.gensweep.model.CudaDevice;
import io.gensweep.model.Machine;
import io.gensweep.model.ModelFolder;
import io.gensweep.model.Numerics;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.spark.executor.MachineReport;
import io.gensweep.spark.run.TinyJob;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NumericsPlanTest {
  private static final DecoderSpec SPEC = ModelFolder.open(Path.of(TinyJob.MODEL)).spec();
  private static final Machine OLD = cpu("sse4_1");
  private static final Machine NEW = cpu("avx2");
  private static final MachineReport BARE =
      new MachineReport("7 on c", List.of(), "model.device: cuda:0 was asked for");

  @Test
  void mostExecutorsDecideAndTheOthersAreNamed() {
    NumericsPlan planned =
        of(
            DType.FLOAT32,
            Optional.empty(),
            report("0 on a", OLD),
            report("1 on b", NEW),
            report("2 on b", NEW));
    assertThat(planned.numerics()).isEqualTo(numerics(NEW));
    assertThat(planned.others())
        .containsExactly(
            "executor 0 on a writes nothing, for its rows would have other bits than those of the plan:"
                + " instructions was oneDNN avx2, ATen avx2, MKL avx2 on V, is oneDNN sse41, ATen"
                + " baseline, MKL sse41 on V");
  }

  @Test
  void ofAsManyItIsTheSameInAnyOrder() {
    NumericsPlan one =
        of(DType.FLOAT32, Optional.empty(), report("0 on a", OLD), report("1 on b", NEW));
    NumericsPlan other =
        of(DType.FLOAT32, Optional.empty(), report("0 on b", NEW), report("1 on a", OLD));
    assertThat(one.numerics()).isEqualTo(other.numerics()).isEqualTo(numerics(NEW));
  }

  @Test
  void aRunThatGoesOnKeepsItsNumericsWhereAnExecutorHasThem() {
    MachineReport[] mixed = {report("0 on a", OLD), report("1 on b", NEW), report("2 on b", NEW)};
    assertThat(of(DType.FLOAT32, Optional.of(numerics(OLD)), mixed).numerics())
        .isEqualTo(numerics(OLD));
    Numerics gone = numerics(cpu("avx512bw"));
    assertThat(of(DType.FLOAT32, Optional.of(gone), mixed).numerics())
        .as("what the resume is then refused for")
        .isEqualTo(numerics(NEW));
  }

  @Test
  void anExecutorWithoutTheDeviceLeavesTheWorkToOthers() {
    NumericsPlan planned = of(DType.FLOAT32, Optional.empty(), BARE, report("1 on b", NEW));
    assertThat(planned.numerics()).isEqualTo(numerics(NEW));
    assertThat(planned.others()).containsExactly(BARE.refusal() + " (executor 7 on c)");
    assertThatThrownBy(() -> of(DType.FLOAT32, Optional.empty(), BARE))
        .isInstanceOf(JobError.class)
        .hasMessage(BARE.refusal() + " (executor 7 on c)");
    assertThatThrownBy(() -> of(DType.BFLOAT16, Optional.empty(), report("1 on b", NEW)))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("bfloat16 needs a CPU with AVX2, this one has oneDNN avx2");
  }

  @Test
  void autoIsTheTypeOfTheExecutorsGpusAndNotOfTheDriversCpu() {
    assertThat(SPEC.dtype()).isEqualTo("bfloat16");
    assertThat(of(DType.AUTO, Optional.empty(), report("0 on a", OLD)).numerics().dtype())
        .isEqualTo(DType.FLOAT32);
    Machine gpu = gpu(0, "H200", "580.95.05");
    assertThat(of(DType.AUTO, Optional.empty(), report("0 on a, cuda:0", gpu)).numerics())
        .extracting(Numerics::device, Numerics::dtype, Numerics::architecture)
        .containsExactly("cuda", DType.BFLOAT16, "H200, sm_90, 132 multiprocessors");
  }

  @Test
  void eachGpuOfAnExecutorCountsAndDriversAreNamedAndNotCompared() {
    NumericsPlan planned =
        of(
            DType.FLOAT32,
            Optional.empty(),
            report("0 on a, cuda:0", gpu(0, "H200", "580.95.05")),
            report("0 on a, cuda:1", gpu(1, "H100", "580.95.05")),
            report("1 on b, cuda:0", gpu(0, "H200", "575.57.08")));
    assertThat(planned.numerics().architecture()).startsWith("H200");
    assertThat(planned.others())
        .containsExactly(
            "executor 0 on a, cuda:1 writes nothing, for its rows would have other bits than those"
                + " of the plan: architecture was H200, sm_90, 132 multiprocessors, is H100, sm_90,"
                + " 132 multiprocessors");
    assertThat(planned.drivers()).containsExactly("575.57.08, CUDA 13.0", "580.95.05, CUDA 13.0");
  }

  private static NumericsPlan of(
      DType dtype, Optional<Numerics> earlier, MachineReport... reports) {
    return NumericsPlan.of(
        List.of(reports),
        new ModelSpec(TinyJob.MODEL, dtype, "auto", Optional.empty()),
        SPEC,
        2,
        earlier);
  }

  private static MachineReport report(String executor, Machine machine) {
    return new MachineReport(executor, List.of(machine), "");
  }

  private static Numerics numerics(Machine machine) {
    return machine.numerics(DType.FLOAT32, SPEC, 2);
  }

  private static Machine cpu(String flag) {
    return new Machine("cpu", "amd64", features(flag), List.of(), "", "2.7.1 cpu", true, "");
  }

  private static Machine gpu(int ordinal, String name, String release) {
    CudaDevice gpu = new CudaDevice(ordinal, name, 90, 132, 1L << 36, 13_000, release);
    return new Machine(
        "cuda", gpu.architecture(), features("sse4_1"), List.of(gpu), "", "2.7.1 cu128", true, "");
  }

  private static CpuFeatures features(String flag) {
    return new CpuFeatures(Set.of(flag), "V", Map.of());
  }
}
