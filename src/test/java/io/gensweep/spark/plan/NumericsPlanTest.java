package io.gensweep.spark.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import io.gensweep.job.ModelSpec;
import io.gensweep.model.CpuFeatures;
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
    assertThat(planned.others()).containsExactly(BARE.refusal());
    assertThatThrownBy(() -> of(DType.FLOAT32, Optional.empty(), BARE))
        .isInstanceOf(JobError.class)
        .hasMessage(BARE.refusal());
    assertThatThrownBy(() -> of(DType.BFLOAT16, Optional.empty(), report("1 on b", NEW)))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("bfloat16 needs a CPU with AVX2, this one has oneDNN avx2");
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
    return new Machine(
        "cpu", "amd64", new CpuFeatures(Set.of(flag), "V", Map.of()), "", "2.7.1 cpu", "");
  }
}
