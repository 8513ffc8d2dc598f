package io.gensweep.spark.run;

/**
 * Driver. A run that stopped because more rows failed than the job allows. What is done stays, and
 * can be gone on with.
 */
public final class TooManyFailedRows extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TooManyFailedRows(String message) {
    super(message);
  }
}
