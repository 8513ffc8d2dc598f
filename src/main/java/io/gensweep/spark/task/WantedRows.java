package io.gensweep.spark.task;

import io.gensweep.engine.Failure;
import io.gensweep.engine.Variant;
import io.gensweep.job.JobError;
import io.gensweep.job.JobSpec;
import io.gensweep.job.RowSampling;
import io.gensweep.job.SweepPoint;
import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Executor, one per task. Lists the continuations that a prompt gets, by the job and by the
 * prompt's own sampling.
 */
final class WantedRows {
  /** Continuations of one prompt; with a failure, the error rows in their place. */
  record Wanted(List<Variant> variants, Optional<Failure> failure) {
    static Wanted bad(List<Variant> variants, String message) {
      return new Wanted(variants, Optional.of(new Failure("bad_sampling", message)));
    }
  }

  private final Wanted ofJob;
  private final Optional<RowSampling> ofRows;
  private final List<SamplingConfig> usual;
  private final SamplingTokens tokens;

  /** Expects the job's own sampling to be checked with the same tokens. */
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

  /** Error rows of a prompt whose own sampling threw an exception. */
  Wanted failed(Failure failure) {
    return new Wanted(ofJob.variants(), Optional.of(failure));
  }

  private static List<SamplingConfig> samplings(List<SweepPoint> points) {
    return points.stream().map(SweepPoint::sampling).toList();
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
