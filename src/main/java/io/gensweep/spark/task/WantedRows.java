package io.gensweep.spark.task;

import io.gensweep.engine.Attempt;
import io.gensweep.engine.Failure;
import io.gensweep.engine.Variant;
import io.gensweep.job.JobError;
import io.gensweep.job.JobSpec;
import io.gensweep.job.RowSampling;
import io.gensweep.job.SweepPoint;
import io.gensweep.prompt.CountedPrompts;
import io.gensweep.prompt.PromptColumns;
import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.JavaRDD;

/**
 * Executor, one per task; driver for the job's own. The continuations wanted of each prompt, by the
 * job and by the prompt's own sampling.
 */
final class WantedRows {
  /** What one prompt shall have; with a failure, the rows that tell of it. */
  record Wanted(List<Variant> variants, Optional<Failure> failure) {
    static Wanted bad(List<Variant> variants, String message) {
      return new Wanted(variants, Optional.of(new Failure("bad_sampling", message)));
    }
  }

  private final Wanted ofJob;
  private final Optional<RowSampling> ofRows;
  private final List<SamplingConfig> usual;
  private final SamplingTokens tokens;

  /** The job's own sampling was checked with the same tokens. */
  WantedRows(JobSpec job, SamplingTokens tokens) {
    this.tokens = tokens;
    this.usual = samplings(job.sweep().points());
    this.ofJob = resolved(job.sweep().points());
    this.ofRows = job.prompts().sampling().map(column -> new RowSampling(job));
  }

  /**
   * @param own the row's column of sampling, JSON
   */
  Wanted of(Optional<String> own) {
    if (own.isEmpty() || ofRows.isEmpty()) {
      return ofJob;
    }
    try {
      return resolved(ofRows.get().points(own.get()));
    } catch (JobError e) {
      return Wanted.bad(ofJob.variants(), e.getMessage());
    }
  }

  /** The rows of a prompt whose own sampling made an exception. */
  Wanted failed(Failure failure) {
    return new Wanted(ofJob.variants(), Optional.of(failure));
  }

  /**
   * Driver. How many rows a whole run makes, failed ones included: as many of a prompt as {@link
   * #of} gives, which depends on the prompt's column alone.
   */
  static long count(JobSpec job, CountedPrompts prompts) {
    long each = continuations(job.sweep().points());
    if (job.prompts().sampling().isEmpty()) {
      return prompts.rows() * each;
    }
    JavaRDD<String> own =
        prompts.prompts().select(PromptColumns.SAMPLING).javaRDD().map(row -> row.getString(0));
    return own.mapPartitions(cells -> List.of(count(job, each, cells)).iterator())
        .fold(0L, Long::sum);
  }

  private static long count(JobSpec job, long each, Iterator<String> cells) {
    RowSampling sampling = new RowSampling(job);
    long rows = 0;
    while (cells.hasNext()) {
      String own = cells.next();
      rows += own == null ? each : count(sampling, each, own);
    }
    return rows;
  }

  private static long count(RowSampling sampling, long each, String own) {
    return Attempt.of(() -> continuations(sampling.points(own)), failure -> each);
  }

  private static List<SamplingConfig> samplings(List<SweepPoint> points) {
    return points.stream().map(SweepPoint::sampling).toList();
  }

  private static long continuations(List<SweepPoint> points) {
    return points.stream().mapToLong(point -> point.sampling().n()).sum();
  }

  private Wanted resolved(List<SweepPoint> points) {
    try {
      tokens.requireFit(samplings(points), usual);
      return new Wanted(variants(points, tokens::resolve), Optional.empty());
    } catch (IllegalArgumentException e) {
      String message = "prompts.sampling: " + e.getMessage();
      return Wanted.bad(variants(points, UnaryOperator.identity()), message);
    }
  }

  private static List<Variant> variants(
      List<SweepPoint> points, UnaryOperator<SamplingConfig> resolver) {
    List<Variant> variants = new ArrayList<>();
    for (SweepPoint point : points) {
      SamplingConfig sampling = resolver.apply(point.sampling());
      for (int sample = 0; sample < sampling.n(); sample++) {
        variants.add(new Variant(point.index(), sample, sampling));
      }
    }
    return variants;
  }
}
