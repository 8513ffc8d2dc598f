package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.LocalSpark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How often a command reads its prompts. A file of a few lines is one split, so each pass over the
 * input opens it once.
 */
class PromptPassesTest {
  private static final AtomicInteger OPENED = new AtomicInteger();
  private static final SparkSession SPARK = LocalSpark.session();

  /** Local files under another scheme, whose openings are counted. */
  public static final class CountingFiles extends RawLocalFileSystem {
    private static final URI NAME = URI.create("counting:///");

    @Override
    public URI getUri() {
      return NAME;
    }

    @Override
    public String getScheme() {
      return NAME.getScheme();
    }

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path file, int bufferSize)
        throws IOException {
      OPENED.incrementAndGet();
      return super.open(file, bufferSize);
    }
  }

  @TempDir private Path folder;
  private List<String> lines;
  private Path prompts;

  @BeforeEach
  void prompts() throws IOException {
    SPARK
        .sparkContext()
        .hadoopConfiguration()
        .set("fs.counting.impl", CountingFiles.class.getName());
    lines =
        List.of(
            "{\"id\": \"a\", \"prompt\": \"1+1=\", \"own\": {\"max_tokens\": 2}}",
            "{\"id\": \"b\", \"prompt\": \"2+2=\"}",
            "{\"id\": \"c\", \"prompt\": \"3+3=\", \"own\": {\"n\": 3}}");
    prompts = Files.write(folder.resolve("prompts.jsonl"), lines);
  }

  @Test
  void aRunReadsItsPromptsForTheSchemaTheCountsAndTheShards() throws IOException {
    assertThat(passes("out")).isEqualTo(3);
  }

  @Test
  void aSweepAndSamplingOfRowsAreCountedInTheSamePass() throws IOException {
    assertThat(passes("out", "sweep.temperature=[0,0.5]", "prompts.sampling=own")).isEqualTo(3);
  }

  @Test
  void aResumedRunReadsForTheShardsOnlyWhereSomeAreMissing() throws IOException {
    passes("out");
    assertThat(passes("out")).as("all is done").isEqualTo(2);
    Files.delete(folder.resolve("out/_SUCCESS"));
    try (var shards = Files.list(folder.resolve("out/completions"))) {
      Files.delete(shards.findFirst().orElseThrow());
    }
    assertThat(passes("out")).isEqualTo(3);
  }

  @Test
  void promptsThatWereAppendedAreFoundInTheSamePass() throws IOException {
    passes("out");
    List<String> more = new ArrayList<>(lines);
    more.add("{\"id\": \"d\", \"prompt\": \"4+4=\"}");
    Files.write(prompts, more);
    assertThat(passes("out")).isEqualTo(3);
  }

  @Test
  void aFileWithAHeaderNeedsNoPassForTheSchema() throws IOException {
    prompts = Files.write(folder.resolve("prompts.csv"), List.of("id,prompt", "a,1+1=", "b,2+2="));
    assertThat(passes("out", "prompts.format=csv"))
        .as("the header, the counts, the shards")
        .isEqualTo(3);
  }

  @Test
  void verifyReadsForTheSchemaTheCountsAndTheChosenPrompts() throws IOException {
    passes("out");
    OPENED.set(0);
    PrintStream quiet = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    assertThat(VerifyJob.run(folder.resolve("out").toString(), 1, SPARK, quiet)).isTrue();
    assertThat(OPENED.get()).isEqualTo(3);
  }

  @Test
  void everySparkJobSaysWhatItIsFor() throws Exception {
    List<String> unnamed = Collections.synchronizedList(new ArrayList<>());
    List<String> named = Collections.synchronizedList(new ArrayList<>());
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart job) {
            String description = job.properties().getProperty("spark.job.description");
            if (description == null) {
              unnamed.add(job.stageInfos().head().details());
            } else {
              named.add(description);
            }
          }
        };
    SPARK.sparkContext().addSparkListener(listener);
    try {
      passes("out", "prompts.sampling=own");
      passes("out", "prompts.sampling=own");
      SPARK.sparkContext().listenerBus().waitUntilEmpty();
    } finally {
      SPARK.sparkContext().removeSparkListener(listener);
    }
    assertThat(unnamed).isEmpty();
    assertThat(named).contains("prompts: counts, duplicates and hash", "generate");
  }

  /** Runs, and tells how often the prompts were opened. */
  private int passes(String output, String... sets) throws IOException {
    OPENED.set(0);
    TinyRun.of(Path.of("counting:" + prompts), folder.resolve(output), sets);
    return OPENED.get();
  }
}
