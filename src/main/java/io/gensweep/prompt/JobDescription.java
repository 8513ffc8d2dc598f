package io.gensweep.prompt;

import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/** Driver. Says in Spark's UI and logs what a Spark job is for. */
public final class JobDescription {
  private static final String PROPERTY = "spark.job.description";

  private JobDescription() {}

  /** Something that starts Spark jobs. */
  @FunctionalInterface
  public interface Action<T, E extends Exception> {
    T run() throws E;
  }

  /** Gives the jobs that an action starts a description, unless it gives them a closer one. */
  public static <T, E extends Exception> T during(
      SparkSession spark, String description, Action<T, E> action) throws E {
    try (Scope ended = new Scope(spark.sparkContext(), description)) {
      return action.run();
    }
  }

  /** As {@link #during}, of an action that gives nothing. */
  public static void run(SparkSession spark, String description, Runnable action) {
    try (Scope ended = new Scope(spark.sparkContext(), description)) {
      action.run();
    }
  }

  private static final class Scope implements AutoCloseable {
    private final SparkContext context;
    private final String before;

    Scope(SparkContext context, String description) {
      this.context = context;
      this.before = context.getLocalProperty(PROPERTY);
      context.setJobDescription(description);
    }

    @Override
    public void close() {
      context.setJobDescription(before);
    }
  }
}
