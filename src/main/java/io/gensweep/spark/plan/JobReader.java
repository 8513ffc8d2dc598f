package io.gensweep.spark.plan;

import io.gensweep.files.FileAccess;
import io.gensweep.job.Cause;
import io.gensweep.job.JobError;
import io.gensweep.job.JobFile;
import io.gensweep.job.ResolvedJob;
import io.gensweep.model.HubCache;
import io.gensweep.spark.executor.ModelCopy;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Optional;

/** Driver. Reads job files, and what they take from the model's generation_config.json. */
public final class JobReader {
  private JobReader() {}

  /**
   * Reads a job file and decides every setting.
   *
   * @param place a path, or any Hadoop URI
   * @param sets {@code key=value}, over the file's own
   * @throws JobError if the file or a setting is wrong
   */
  public static ResolvedJob read(String place, List<String> sets, FileAccess files) {
    String yaml =
        text(place, place, files)
            .orElseThrow(() -> new JobError(place + ": there is no such job file"));
    return resolve(JobFile.parse(place, yaml, sets), files);
  }

  /** Decides every setting of a job. */
  public static ResolvedJob resolve(JobFile job, FileAccess files) {
    JobFile file = job.withModelPath(HubCache::pinned);
    Optional<String> generationConfig =
        file.samplingFromModel()
            ? text(
                "model.path", folder(file.model().path(), files) + "/generation_config.json", files)
            : Optional.empty();
    return file.resolve(generationConfig);
  }

  /** Where a model's JSON files are; those of a GGUF file are in its metadata. */
  private static String folder(String model, FileAccess files) {
    return model.endsWith(".gguf")
        ? ModelCopy.local(model, files).toString()
        : HubCache.folderOf(model);
  }

  private static Optional<String> text(String key, String location, FileAccess files) {
    try {
      return files.text(location);
    } catch (CharacterCodingException e) {
      throw new JobError(key + ": " + location + " is no text in UTF-8", e);
    } catch (IOException | RuntimeException e) {
      throw new JobError(key + ": " + location + " cannot be read: " + Cause.line(e), e);
    }
  }
}
