package io.gensweep.spark.run;

import io.gensweep.LocalSpark;
import io.gensweep.job.Command;
import io.gensweep.job.JobFile;
import io.gensweep.report.RunSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Runs of the trained model in local mode, each overwriting the output of the one before. */
record TinyRuns(Path folder, SparkSession spark) {
  TinyRuns(Path folder) {
    this(folder, LocalSpark.session());
  }

  RunSummary score(Path file, String prompts, String score, String... sets) throws IOException {
    return run(
        Command.SCORE, "path: " + file + ", id: id, " + prompts, "score: {" + score + "}", sets);
  }

  RunSummary run(Command command, String prompts, String more, String... sets) throws IOException {
    String yaml =
        """
        model: {path: data/models/tiny, dtype: float32}
        prompts: {%s}
        %s
        output: {path: %s, if_exists: overwrite}
        """
            .formatted(prompts, more, folder.resolve("out"));
    PrintStream quiet = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return GenerationJob.run(
        command,
        JobFile.parse("test.yaml", yaml, List.of(sets)).resolve(Optional.empty()),
        false,
        spark,
        quiet);
  }

  Dataset<Row> completions() {
    return spark.read().parquet(folder.resolve("out/completions").toString());
  }

  static List<String> ordered(Dataset<Row> rows) {
    return rows.orderBy("prompt_id", "sample_index").toJSON().collectAsList();
  }

  Dataset<Row> scores() {
    return spark.read().parquet(folder.resolve("out/scores").toString());
  }

  static List<String> keyed(Dataset<Row> rows) {
    return rows.orderBy("prompt_id", "reference_index").toJSON().collectAsList();
  }

  Path file(List<String> lines) throws IOException {
    return Files.write(folder.resolve("input.jsonl"), lines);
  }
}
