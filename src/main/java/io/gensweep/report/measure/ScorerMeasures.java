package io.gensweep.report.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a scorer says of a point.
 *
 * @param accuracy mean over the prompts of the mean score of a prompt's samples
 * @param ciLow Wilson's interval, with one observation a prompt
 * @param bootstrapLow the bootstrap's interval over prompts
 * @param prompts that have a row with a score
 * @param rows that have a score
 * @param failedRows that the scorer could not score
 * @param passAtK by k; a sample passes if its score is 1
 * @param majAtK by k, the score of the vote of the first k samples
 * @param tokensPerCorrect generated tokens for each right answer; empty if there is none
 * @param ece expected calibration error
 */
public record ScorerMeasures(
    double accuracy,
    double ciLow,
    double ciHigh,
    double bootstrapLow,
    double bootstrapHigh,
    long prompts,
    long rows,
    long failedRows,
    SortedMap<Integer, Double> passAtK,
    SortedMap<Integer, Double> majAtK,
    BestOfN bestOfN,
    Optional<Double> tokensPerCorrect,
    double ece,
    List<CalibrationBin> calibration,
    List<GroupMeasures> groups) {

  /** The measures of a tally, which has at least one prompt. */
  static ScorerMeasures of(ScoreTally tally, List<GroupMeasures> groups) {
    double accuracy = Fixed.mean(tally.means, tally.prompts);
    Interval wilson = Interval.wilson(accuracy, tally.prompts);
    Interval bootstrap = Interval.percentile(Replicates.means(tally.weighted, tally.weights));
    return new ScorerMeasures(
        accuracy,
        wilson.low(),
        wilson.high(),
        bootstrap.low(),
        bootstrap.high(),
        tally.prompts,
        tally.rows,
        tally.failedRows,
        byK(tally.passes, tally.promptsWith),
        byK(tally.votes, tally.promptsWith),
        new BestOfN(
            Fixed.mean(tally.bestByCumulative, tally.prompts),
            Fixed.mean(tally.bestByMean, tally.prompts)),
        tally.scores == 0
            ? Optional.empty()
            : Optional.of(tally.tokens / Fixed.share(tally.scores)),
        tally.calibration.error(),
        bins(tally.calibration),
        groups);
  }

  /** For each k the mean over the prompts that have so many samples. */
  static SortedMap<Integer, Double> byK(long[] sums, long[] prompts) {
    SortedMap<Integer, Double> byK = new TreeMap<>();
    for (int k = 1; k < sums.length; k++) {
      byK.put(k, Fixed.mean(sums[k], prompts[k]));
    }
    return byK;
  }

  private static List<CalibrationBin> bins(Calibration calibration) {
    List<CalibrationBin> bins = new ArrayList<>();
    for (int bin = 0; bin < Calibration.BINS; bin++) {
      long rows = calibration.rows[bin];
      if (rows > 0) {
        bins.add(
            new CalibrationBin(
                (double) bin / Calibration.BINS,
                (bin + 1.0) / Calibration.BINS,
                rows,
                Fixed.mean(calibration.confidence[bin], rows),
                Fixed.mean(calibration.score[bin], rows)));
      }
    }
    return bins;
  }
}
