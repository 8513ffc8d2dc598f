package io.gensweep.spark.run;

import io.gensweep.job.JobFile;
import io.gensweep.job.ResolvedJob;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A job of the model that comes with the project. */
public final class TinyJob {
  public static final String MODEL = "data/models/tiny";

  private TinyJob() {}

  /** Prompts of a JSONL file with id and prompt. */
  public static ResolvedJob of(Path prompts, Path output, String... sets) {
    String yaml =
        """
        name: test
        model: {path: %s, dtype: float32}
        prompts: {path: "%s", id: id, text: prompt}
        output: {path: "%s"}
        """
            .formatted(MODEL, prompts, output);
    return JobFile.parse("test.yaml", yaml, List.of(sets)).resolve(Optional.empty());
  }
}
