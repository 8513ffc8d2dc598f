package io.gensweep.bench;

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
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Plain Java. The engine without Spark and without text: one model, asked over standard input.
 *
 * <p>Arguments: model folder, dtype, threads, most sequences, most tokens of a sequence, and what
 * computes if not what computes in a job: kernels, packed or plain (matrix products on which no
 * row's bits can rest). Each line of input names how many tokens to generate, how many samples of
 * each prompt, and a file of prompts, one a line as token ids; they are generated as one batch, and
 * a line of JSON says how long that took.
 */
public final class EngineAlone {
  private static final SamplingConfig SAMPLING =
      SamplingConfig.defaults()
          .withTemperature(0.8)
          .withTopK(50)
          .withTopP(0.95)
          .withIgnoreEos(true);

  private EngineAlone() {}

  public static void main(String[] args) throws IOException {
    // Standard output carries answers only, whatever a library prints.
    PrintStream answers = System.out;
    System.setOut(System.err);
    DecoderSettings settings =
        new DecoderSettings(
            DType.valueOf(args[1].toUpperCase(Locale.ROOT)),
            "cpu",
            Integer.parseInt(args[4]),
            Integer.parseInt(args[3]),
            Integer.parseInt(args[2]));
    long start = System.nanoTime();
    Optional<String> backend = Stream.of(args).skip(5).findFirst();
    try (ModelRunner runner =
            BenchModel.load(ModelFolder.open(Path.of(args[0])), settings, backend);
        BufferedReader asked =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      answers.printf("{\"load_seconds\": %.3f}%n", (System.nanoTime() - start) / 1e9);
      for (String line = asked.readLine(); line != null; line = asked.readLine()) {
        String[] words = line.split(" ", 3);
        SamplingConfig sampling = SAMPLING.withMaxTokens(Integer.parseInt(words[0]));
        answers.println(
            generate(runner, sampling, Integer.parseInt(words[1]), prompts(Path.of(words[2]))));
      }
    }
  }

  private static String generate(
      ModelRunner runner, SamplingConfig sampling, int samples, List<int[]> prompts) {
    Engine engine =
        new Engine(
            runner,
            samples * prompts.size(),
            // The other contenders make no text either.
            s -> new ContinuationText(ids -> "", s));
    List<Variant> variants =
        IntStream.range(0, samples).mapToObj(sample -> new Variant(0, sample, sampling)).toList();
    long[] generated = new long[1];
    long start = System.nanoTime();
    for (int i = 0; i < prompts.size(); i++) {
      var unused =
          engine.submit(
              Request.draw("prompt-" + i, prompts.get(i), variants),
              completion -> generated[0] += completion.tokenIds().length);
    }
    int held = 0;
    while (engine.hasWork()) {
      engine.step();
      held = Math.max(held, runner.pool().heldBlocks());
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    EngineCounters counters = engine.counters();
    return String.format(
        Locale.ROOT,
        "{\"tokens\": %d, \"seconds\": %.6f, \"prefill_seconds\": %.6f, \"decode_seconds\": %.6f,"
            + " \"sample_seconds\": %.6f, \"decoded_rows\": %d, \"held_blocks\": %d}",
        generated[0],
        seconds,
        counters.prefillNanos() / 1e9,
        counters.decodeNanos() / 1e9,
        counters.sampleNanos() / 1e9,
        counters.decodedRows(),
        held);
  }

  /** Prompts of a file, one a line as token ids. */
  static List<int[]> prompts(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .map(line -> Stream.of(line.split(" ")).mapToInt(Integer::parseInt).toArray())
          .toList();
    }
  }
}
