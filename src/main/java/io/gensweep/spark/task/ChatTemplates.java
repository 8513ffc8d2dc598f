package io.gensweep.spark.task;

import io.gensweep.files.FileAccess;
import io.gensweep.job.Cause;
import io.gensweep.job.JobError;
import io.gensweep.job.JobSpec;
import io.gensweep.token.ChatTemplate;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Optional;

/** Driver and executor. Loads the chat template of a job, if the job uses one. */
public final class ChatTemplates {
  private ChatTemplates() {}

  /** Reads the text of {@code chat_template: FILE}, on the driver; "" if the job names none. */
  public static String text(JobSpec job, FileAccess access) {
    if (job.chat().templateFile().isEmpty()) {
      return "";
    }
    String file = job.chat().templateFile().get();
    try {
      return access
          .text(file)
          .orElseThrow(() -> new JobError("chat_template: there is no file " + file));
    } catch (IOException e) {
      throw new JobError("chat_template: " + file + " cannot be read: " + Cause.line(e), e);
    }
  }

  /**
   * Loads the template that renders the job's prompts; empty if none does.
   *
   * @param text a template in place of the model's own; "" for that one
   */
  public static Optional<ChatTemplate> of(
      JobSpec job, String text, Path model, LocalDateTime time) {
    if (!job.chat().appliesTo(job.prompts().kind())) {
      return Optional.empty();
    }
    try {
      Optional<ChatTemplate> template = ChatTemplate.load(model, text, time);
      if (template.isEmpty()) {
        throw new JobError(
            "chat_template: the model in "
                + model
                + " has none, and this job renders its prompts with one; name a Jinja file as chat_template");
      }
      return template;
    } catch (IllegalArgumentException e) {
      throw new JobError(e.getMessage(), e);
    }
  }
}
