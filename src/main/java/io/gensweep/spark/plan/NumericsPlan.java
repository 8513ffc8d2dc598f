package io.gensweep.spark.plan;

import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import io.gensweep.job.ModelSpec;
import io.gensweep.model.Machine;
import io.gensweep.model.Numerics;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.spark.executor.MachineReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Driver. Decides how all executors compute, by what they report: the driver itself may be a laptop
 * or an edge node that computes nothing.
 *
 * @param others a line for each executor that does not compute so; it writes nothing
 * @param drivers of the executors' GPUs; bits do not depend on them
 */
public record NumericsPlan(Numerics numerics, List<String> others, List<String> drivers) {
  public NumericsPlan {
    others = List.copyOf(others);
    drivers = List.copyOf(drivers);
  }

  /**
   * Chooses the numerics of the run that is resumed, if an executor has them; else those of most
   * executors, and among ties the first in the order of their text.
   *
   * @param threads of one operation
   * @throws JobError if no executor computes the model as it is asked for
   */
  static NumericsPlan of(
      List<MachineReport> reports,
      ModelSpec model,
      DecoderSpec spec,
      int threads,
      Optional<Numerics> earlier) {
    Map<String, Numerics> able = new TreeMap<>();
    List<String> refusals = new ArrayList<>();
    SortedSet<String> drivers = new TreeSet<>();
    for (MachineReport report : reports) {
      try {
        for (Machine machine : report.machine()) {
          DType dtype = machine.dtype(model.dtype(), spec.dtype());
          able.put(report.executor(), machine.numerics(dtype, spec, threads));
          machine.gpu().forEach(gpu -> drivers.add(gpu.driverText()));
        }
        if (report.machine().isEmpty()) {
          refusals.add(report.said(report.refusal()));
        }
      } catch (JobError e) {
        refusals.add(report.said(e.getMessage()));
      }
    }
    if (able.isEmpty()) {
      throw new JobError(refusals.get(0));
    }
    Numerics planned = earlier.filter(able::containsValue).orElseGet(() -> commonest(able));
    List<String> others = new ArrayList<>();
    able.forEach(
        (executor, numerics) -> {
          if (!numerics.equals(planned)) {
            others.add(MachineReport.difference(executor, planned, numerics));
          }
        });
    others.addAll(refusals);
    return new NumericsPlan(planned, others, List.copyOf(drivers));
  }

  private static Numerics commonest(Map<String, Numerics> able) {
    List<Numerics> all = List.copyOf(able.values());
    return all.stream()
        .max(
            Comparator.<Numerics>comparingLong(each -> all.stream().filter(each::equals).count())
                .thenComparing(Numerics::toString, Comparator.reverseOrder()))
        .orElseThrow();
  }
}
