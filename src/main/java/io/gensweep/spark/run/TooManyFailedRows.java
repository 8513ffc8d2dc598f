package io.gensweep.spark.run;

/**
 * Driver. Thrown when a run stopped because more rows failed than the job allows. The shards that
 * are done stay, and the run can be resumed.
 */
public final class TooManyFailedRows extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TooManyFailedRows(String message) {
    super(message);
  }
}
