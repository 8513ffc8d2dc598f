package io.gensweep.engine;

import io.gensweep.model.DecodeRow;
import io.gensweep.model.DeviceMemoryException;
import io.gensweep.model.ModelRunner;
import io.gensweep.model.kv.KvSequence;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executor, once per engine. Chooses how many sequences to decode together where the job leaves it
 * open, by the speed of a few steps of the model itself. No row depends on the choice.
 */
public final class BatchProbe {
  private static final Logger LOG = LoggerFactory.getLogger(BatchProbe.class);
  private static final int FIRST = 16;
  private static final int STEPS = 3;

  /** Of the best speed: more sequences than that takes cost memory and bring nothing. */
  private static final double ENOUGH = 0.95;

  /** Steps that long are of a model which is far from bound by memory at that size. */
  private static final double LONG_STEP_SECONDS = 1;

  private BatchProbe() {}

  /**
   * Gives 16, 32, 64, ..., or {@code most} if that is less than 16.
   *
   * @param runner without sequences
   * @param most sequences
   */
  public static int choose(ModelRunner runner, int most) {
    Map<Integer, Double> rates = new HashMap<>();
    double step = 0;
    int places = runner.pool().freeBlocks() / runner.pool().groups().size();
    for (int size = FIRST; size <= most && step < LONG_STEP_SECONDS && size <= places; size *= 2) {
      try {
        step = stepSeconds(runner, size);
      } catch (DeviceMemoryException e) {
        break;
      }
      rates.put(size, size / step);
      LOG.debug("{} sequences together: {} s a step", size, step);
    }
    return smallestEnough(rates).orElse(Math.min(FIRST, most));
  }

  /** Of sizes and their speeds. */
  static Optional<Integer> smallestEnough(Map<Integer, Double> rates) {
    double best = rates.values().stream().mapToDouble(r -> r).max().orElse(0);
    return rates.entrySet().stream()
        .filter(e -> e.getValue() >= ENOUGH * best)
        .map(Map.Entry::getKey)
        .min(Integer::compare);
  }

  /** The shortest of several, after one to warm up. */
  private static double stepSeconds(ModelRunner runner, int size) {
    var sequences = IntStream.range(0, size).mapToObj(i -> runner.pool().sequence()).toList();
    try {
      var rows = sequences.stream().map(kv -> new DecodeRow(kv, 0)).toList();
      var unused = runner.decode(rows);
      double least = Double.MAX_VALUE;
      for (int i = 0; i < STEPS; i++) {
        long start = System.nanoTime();
        unused = runner.decode(rows);
        least = Math.min(least, (System.nanoTime() - start) / 1e9);
      }
      return least;
    } finally {
      sequences.forEach(KvSequence::release);
    }
  }
}
