package io.gensweep.bench;

import io.gensweep.model.BenchRows;
import io.gensweep.sampling.Candidates;
import io.gensweep.sampling.Drawn;
import io.gensweep.sampling.Draws;
import io.gensweep.sampling.LogitsRules;
import io.gensweep.sampling.Sampler;
import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Plain Java. Microseconds per drawn token, its uniform number included, from rows that are there.
 *
 * <p>Logits are normal. With a standard deviation of 3 the 64 candidates of a row have about half
 * of its mass at temperature 1, and 0.95 of it is in thousands of tokens; with one of 5, in some
 * dozens, as in a sentence that a model goes on with.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SamplerBenchmark {
  private static final int VOCAB_SIZE = 49_152;

  /** A power of two, and enough that no processor learns the rows by heart. */
  private static final int ROWS = 32;

  private static final int PROMPT_TOKENS = 64;
  private static final int PENALISED_CANDIDATES = 2;

  /** Which way the draw goes. */
  @Param public SamplerCase way;

  private final Sampler sampler = new Sampler();
  private final Draws draws = new Draws(0, "prompt", 0);
  private final List<Candidates> rows = new ArrayList<>(ROWS);
  private SamplingConfig config;
  private LogitsRules rules;
  private int position;

  /** Rows, and rules that know a prompt and a continuation. */
  @Setup
  public void fill() {
    Random random = new Random(0);
    config = way.config();
    rules =
        new LogitsRules(config, random.ints(PROMPT_TOKENS, 0, VOCAB_SIZE).toArray(), new int[0]);
    for (int i = 0; i < ROWS; i++) {
      int[] lookedUp = rules.lookedUp(!config.greedy() && config.topK() == 0).stream().toArray();
      Candidates row =
          BenchRows.decoded(
              logits(random, way.deviation()), way.candidates(), config.temperature(), lookedUp);
      rows.add(row);
      for (int rank = 0; rank < PENALISED_CANDIDATES; rank++) {
        rules.append(row.tokenId(rank));
      }
    }
  }

  @Benchmark
  public Drawn draw() {
    double uniform = config.greedy() ? 0 : draws.uniform(position);
    return sampler.draw(rows.get(position++ & (ROWS - 1)), config, rules, uniform);
  }

  private static float[] logits(Random random, double deviation) {
    float[] logits = new float[VOCAB_SIZE];
    for (int id = 0; id < VOCAB_SIZE; id++) {
      logits[id] = (float) (deviation * random.nextGaussian());
    }
    return logits;
  }
}
