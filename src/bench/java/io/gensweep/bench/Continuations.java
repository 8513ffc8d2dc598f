package io.gensweep.bench;

import io.gensweep.engine.Completion;
import io.gensweep.engine.ContinuationText;
import io.gensweep.engine.Engine;
import io.gensweep.engine.EngineCounters;
import io.gensweep.engine.Request;
import io.gensweep.engine.Variant;
import io.gensweep.job.DType;
import io.gensweep.model.BenchModel;
import io.gensweep.model.DecoderSettings;
import io.gensweep.model.ModelFolder;
import io.gensweep.model.ModelRunner;
import io.gensweep.sampling.SamplingConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Plain Java. What the engine makes of prompts in batches of several sizes: ids, a digest of all
 * ids and log-probs, which must be the same for all of them, and times.
 *
 * <p>Arguments: model folder, dtype, what computes (cuda:N, kernels, packed or plain), most tokens
 * of a sequence, tokens to generate, temperature, file of prompts (one a line as token ids), and
 * sizes of batches. A line of JSON each.
 */
public final class Continuations {
  private Continuations() {}

  public static void main(String[] args) throws IOException {
    // Standard output carries answers only, whatever a library prints.
    PrintStream answers = System.out;
    System.setOut(System.err);
    List<int[]> prompts = EngineAlone.prompts(Path.of(args[6]));
    int[] sizes = Stream.of(args).skip(7).mapToInt(Integer::parseInt).toArray();
    SamplingConfig sampling =
        SamplingConfig.defaults()
            .withTemperature(Float.parseFloat(args[5]))
            .withTopK(50)
            .withTopP(0.95)
            .withMaxTokens(Integer.parseInt(args[4]))
            .withIgnoreEos(true);
    DecoderSettings settings =
        new DecoderSettings(
            DType.valueOf(args[1].toUpperCase(Locale.ROOT)),
            "cpu",
            Integer.parseInt(args[3]),
            IntStream.of(sizes).max().orElseThrow(),
            2);
    long start = System.nanoTime();
    try (ModelRunner runner =
        BenchModel.load(ModelFolder.open(Path.of(args[0])), settings, Optional.of(args[2]))) {
      answers.printf(Locale.ROOT, "{\"load_seconds\": %.3f}%n", (System.nanoTime() - start) / 1e9);
      SortedMap<Integer, Completion> made = new TreeMap<>();
      for (int size : sizes) {
        runner.clearCache();
        answers.println(generate(runner, sampling, prompts, size, made));
      }
      answers.println(
          "{\"ids\": "
              + made.values().stream()
                  .map(completion -> Arrays.toString(completion.tokenIds()))
                  .collect(Collectors.joining(", ", "[", "]"))
              + "}");
    }
  }

  private static String generate(
      ModelRunner runner,
      SamplingConfig sampling,
      List<int[]> prompts,
      int size,
      SortedMap<Integer, Completion> made) {
    Engine engine = new Engine(runner, size, s -> new ContinuationText(ids -> "", s));
    made.clear();
    long start = System.nanoTime();
    for (int i = 0; i < prompts.size(); i++) {
      int number = i;
      var unused =
          engine.submit(
              Request.draw("prompt-" + i, prompts.get(i), List.of(new Variant(0, 0, sampling))),
              completion -> made.put(number, completion));
    }
    int steps = 0;
    while (engine.hasWork()) {
      engine.step();
      steps++;
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    EngineCounters counters = engine.counters();
    return String.format(
        Locale.ROOT,
        "{\"batch\": %d, \"steps\": %d, \"seconds\": %.6f, \"prefill_seconds\": %.6f,"
            + " \"decode_seconds\": %.6f, \"sample_seconds\": %.6f, \"failed\": %d, \"digest\":"
            + " \"%s\"}",
        size,
        steps,
        seconds,
        counters.prefillNanos() / 1e9,
        counters.decodeNanos() / 1e9,
        counters.sampleNanos() / 1e9,
        prompts.size() - made.size(),
        digest(made));
  }

  /** Of ids and of the bits of log-probs, in the order of the prompts. */
  private static String digest(SortedMap<Integer, Completion> made) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (Completion completion : made.values()) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * completion.tokenIds().length);
        for (int i = 0; i < completion.tokenIds().length; i++) {
          bytes.putInt(completion.tokenIds()[i]);
          bytes.putInt(Float.floatToRawIntBits(completion.logprobs()[i]));
        }
        sha.update(bytes.array());
      }
      return HexFormat.of().formatHex(sha.digest()).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
