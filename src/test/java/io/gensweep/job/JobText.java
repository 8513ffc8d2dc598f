package io.gensweep.job;

import java.util.List;
import java.util.Optional;

/** Job files for tests. */
final class JobText {
  /** The least that a job has to say. */
  static final String LEAST =
      """
      model: {path: m}
      prompts: {path: p.jsonl, text: prompt}
      output: {path: o}
      """;

  private JobText() {}

  static ResolvedJob resolve(String yaml, String... sets) {
    return JobFile.parse("jobs/x.yaml", yaml, List.of(sets)).resolve(Optional.empty());
  }

  static ResolvedJob least(String... sets) {
    return resolve(LEAST, sets);
  }

  /** A setting as {@code value (origin)}. */
  static String setting(ResolvedJob job, String key) {
    return job.settings().stream()
        .filter(setting -> setting.key().equals(key))
        .map(setting -> setting.value() + " (" + setting.origin() + ")")
        .findFirst()
        .orElse("none");
  }
}
