package io.gensweep.bench;

import io.gensweep.engine.Completion;
import io.gensweep.engine.FinishReason;
import io.gensweep.output.CompletionRows;
import io.gensweep.output.OutputKind;
import io.gensweep.output.OutputSchema;
import io.gensweep.output.ParquetShard;
import io.gensweep.sampling.SamplingConfig;
import io.gensweep.sampling.TopLogprob;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Executor. Rows per second, from completions of 64 tokens that are there to a closed file of 2,000
 * rows on the local disk.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
// Parquet's writers are many methods, which take seconds to be compiled.
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ParquetShardBenchmark {
  private static final int COMPLETIONS = 2_000;
  private static final int TOKENS = 64;
  private static final int VOCAB_SIZE = 49_152;
  private static final StructType KEPT = new StructType().add("answer", DataTypes.StringType);
  private static final StructType SCHEMA = OutputSchema.rows(OutputKind.COMPLETIONS, KEPT);

  /** Alternatives at each position; without any the column is null. */
  @Param({"0", "5"})
  public int logprobs;

  private List<Completion> completions;
  private Row kept;
  private FileSystem files;
  private java.nio.file.Path folder;
  private Path file;

  /** Completions, sorted by their ids as the rows of a shard are. */
  @Setup
  public void fill() throws IOException {
    Random random = new Random(0);
    completions =
        IntStream.range(0, COMPLETIONS)
            .mapToObj(i -> completion("prompt-%06d".formatted(i), random))
            .toList();
    kept = RowFactory.create("42");
    files = FileSystem.getLocal(new Configuration(false)).getRawFileSystem();
    folder = Files.createTempDirectory("parquet-shard-");
    file = new Path(folder.resolve("shard.parquet").toUri());
  }

  @Benchmark
  @OperationsPerInvocation(COMPLETIONS)
  public void write() throws IOException {
    ParquetShard.write(
        files,
        file,
        SCHEMA,
        Map.of(),
        completions.stream()
            .map(completion -> CompletionRows.of(OutputKind.COMPLETIONS, completion, kept))
            .iterator());
  }

  /** A shard is a new file always. One takes milliseconds, so JMH's clock may stop between them. */
  @TearDown(Level.Invocation)
  public void delete() throws IOException {
    files.delete(file, false);
  }

  @TearDown
  public void deleteFolder() throws IOException {
    Files.delete(folder);
  }

  private Completion completion(String id, Random random) {
    SamplingConfig sampling =
        SamplingConfig.defaults().withTemperature(0.8).withTopK(50).withLogprobs(logprobs);
    int[] tokenIds = random.ints(TOKENS, 0, VOCAB_SIZE).toArray();
    return new Completion(
        id,
        0,
        0,
        sampling,
        IntStream.of(tokenIds).mapToObj(Integer::toString).collect(Collectors.joining(" ")),
        tokenIds,
        logprobs(random),
        logprobs(random),
        logprobs == 0 ? Optional.empty() : Optional.of(alternatives(random)),
        FinishReason.LENGTH,
        Optional.empty(),
        TOKENS,
        Optional.empty(),
        Optional.empty());
  }

  private static float[] logprobs(Random random) {
    float[] values = new float[TOKENS];
    for (int i = 0; i < TOKENS; i++) {
      values[i] = logprob(random);
    }
    return values;
  }

  private List<List<TopLogprob>> alternatives(Random random) {
    return IntStream.range(0, TOKENS)
        .mapToObj(
            position ->
                IntStream.range(0, logprobs)
                    .mapToObj(rank -> new TopLogprob(random.nextInt(VOCAB_SIZE), logprob(random)))
                    .toList())
        .toList();
  }

  private static float logprob(Random random) {
    return (float) Math.log(1 - random.nextDouble());
  }
}
