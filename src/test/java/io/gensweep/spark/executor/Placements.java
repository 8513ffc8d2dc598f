package io.gensweep.spark.executor;

import io.gensweep.engine.Lease;
import io.gensweep.engine.SharedModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Program for spark-submit: each task takes its device, and the engine there, as tasks of a job do,
 * and writes down what it got. The engine is a stand-in, and no GPU is asked for anything.
 *
 * <p>Arguments: the file to write, a line a task; the number of tasks; how many of them must be at
 * work on a device at once before one ends.
 */
public final class Placements {
  private static final SharedModels<StandIn> ENGINES =
      new SharedModels<>(engine -> true, TaskDevice::isGpu);

  private Placements() {}

  public static void main(String[] arguments) throws Exception {
    try (JavaSparkContext spark = new JavaSparkContext()) {
      int tasks = Integer.parseInt(arguments[1]);
      Task task = new Task(Integer.parseInt(arguments[2]));
      Files.write(
          Path.of(arguments[0]),
          spark.parallelize(Collections.nCopies(tasks, 0), tasks).mapPartitions(task).collect());
    }
  }

  /** In the place of an engine; knows how many tasks have taken it. */
  private static final class StandIn implements AutoCloseable {
    private static final AtomicInteger MADE = new AtomicInteger();

    private final int number = MADE.incrementAndGet();
    private final CountDownLatch together;

    StandIn(int together) {
      this.together = new CountDownLatch(together);
    }

    @Override
    public void close() {}
  }

  /** Tells address, device and the engine's number there. */
  private record Task(int together) implements FlatMapFunction<Iterator<Integer>, String> {
    @Override
    public Iterator<String> call(Iterator<Integer> none) throws Exception {
      TaskContext task = TaskContext.get();
      String device = TaskDevice.of("auto", task.resourcesJMap());
      try (Lease<StandIn> lease =
          ENGINES.acquire(device, device, task.taskAttemptId(), () -> new StandIn(together))) {
        StandIn engine = lease.value();
        engine.together.countDown();
        if (!engine.together.await(60, TimeUnit.SECONDS)) {
          throw new IllegalStateException(device + " has fewer tasks at once than " + together);
        }
        return List.of(
                String.join(
                    " ",
                    task.resourcesJMap().get("gpu").addresses()[0],
                    device,
                    Integer.toString(engine.number)))
            .iterator();
      }
    }
  }
}
