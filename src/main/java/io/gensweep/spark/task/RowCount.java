package io.gensweep.spark.task;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;

import io.gensweep.engine.Attempt;
import io.gensweep.job.JobSpec;
import io.gensweep.job.RowSampling;
import io.gensweep.job.SweepPoint;
import io.gensweep.prompt.PromptColumns;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/**
 * Driver and executor. Counts the rows that {@link WantedRows} gives a prompt; the count depends on
 * the prompt's own sampling alone.
 */
final class RowCount implements UDF1<String, Long> {
  private static final long serialVersionUID = 1L;

  private final JobSpec job;
  private final long usual;

  // Made in each task when first asked for.
  private transient RowSampling sampling;

  private RowCount(JobSpec job) {
    this.job = job;
    this.usual = continuations(job.sweep().points());
  }

  /** Rows of a prompt, of {@link PromptColumns#SAMPLING}. */
  static Column column(JobSpec job) {
    RowCount count = new RowCount(job);
    return job.prompts().sampling().isEmpty()
        ? lit(count.usual)
        : udf(count, DataTypes.LongType).apply(col(PromptColumns.SAMPLING));
  }

  /**
   * Counts the rows of one prompt; one whose sampling cannot be read has as many error rows as the
   * job gives others.
   *
   * @param own the row's own sampling, JSON, or null
   */
  @Override
  public Long call(String own) {
    if (own == null) {
      return usual;
    }
    if (sampling == null) {
      sampling = new RowSampling(job);
    }
    return Attempt.of(() -> continuations(sampling.points(own)), failure -> usual);
  }

  private static long continuations(List<SweepPoint> points) {
    return points.stream().mapToLong(point -> point.sampling().n()).sum();
  }
}
