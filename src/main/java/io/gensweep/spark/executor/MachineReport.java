package io.gensweep.spark.executor;

import io.gensweep.job.JobError;
import io.gensweep.model.Machine;
import io.gensweep.model.Numerics;
import io.gensweep.prompt.JobDescription;
import java.io.Serializable;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.sql.SparkSession;

/**
 * Executor to driver. Describes what one executor computes with, on one of its devices.
 *
 * @param executor its name and host, and the device where that is a GPU
 * @param machine one; none where it has not the device that is asked for
 * @param refusal why it has not; empty where it has
 */
public record MachineReport(String executor, List<Machine> machine, String refusal)
    implements Serializable {
  /**
   * Upper bound on the tasks that ask; executors beyond it are checked when they load the model.
   */
  private static final int MOST = 1000;

  /** Start of the driver's own name as an executor, in local mode. */
  private static final String DRIVER = "driver ";

  public MachineReport {
    machine = List.copyOf(machine);
  }

  /**
   * Asks every executor, with one task per core: Spark spreads the first tasks of a stage over all
   * executors. In local mode it asks this JVM, without a task.
   *
   * @param device auto, cpu, cuda or cuda:N
   */
  public static List<MachineReport> all(SparkSession spark, String device) {
    if (spark.sparkContext().isLocal()) {
      return List.of(here(device, Map.of()));
    }
    int tasks = Math.min(spark.sparkContext().defaultParallelism(), MOST);
    JavaRDD<MachineReport> all =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(Collections.nCopies(tasks, 0), tasks)
            .mapPartitions(new Task(device));
    List<MachineReport> reports =
        JobDescription.during(spark, "executors: what each computes with", all::collect);
    return reports.stream().distinct().toList();
  }

  /** Names this JVM's executor and its host. */
  static String thisExecutor() {
    SparkEnv env = SparkEnv.get();
    return env.executorId() + " on " + env.blockManager().blockManagerId().host();
  }

  /**
   * Says how an executor computes otherwise than planned.
   *
   * @param executor its name, and its host
   */
  public static String difference(String executor, Numerics planned, Numerics here) {
    return "executor "
        + executor
        + " writes nothing, for its rows would have other bits than those of the plan: "
        + String.join("; ", planned.differences(here));
  }

  /** Adds to what is wrong the executor that says so, where it is another JVM than the driver's. */
  public String said(String wrong) {
    return executor.startsWith(DRIVER) ? wrong : "%s (executor %s)".formatted(wrong, executor);
  }

  private static MachineReport here(String device, Map<String, ResourceInformation> resources) {
    String executor = thisExecutor();
    try {
      String own = TaskDevice.of(device, resources);
      return new MachineReport(
          TaskDevice.isGpu(own) ? executor + ", " + own : executor, List.of(Machine.here(own)), "");
    } catch (JobError e) {
      return new MachineReport(executor, List.of(), e.getMessage());
    }
  }

  /** Reports the executor that runs it. */
  private record Task(String device) implements FlatMapFunction<Iterator<Integer>, MachineReport> {
    @Override
    public Iterator<MachineReport> call(Iterator<Integer> none) {
      return List.of(here(device, TaskContext.get().resourcesJMap())).iterator();
    }
  }
}
