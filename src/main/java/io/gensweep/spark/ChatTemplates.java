package io.gensweep.spark;

import io.gensweep.job.JobError;
import io.gensweep.job.JobSpec;
import io.gensweep.token.ChatTemplate;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Optional;

/** Driver and executor. The chat template that a job uses, if it uses one. */
final class ChatTemplates {
  private ChatTemplates() {}

  static Optional<ChatTemplate> of(JobSpec job, Path model, LocalDateTime time) {
    if (!job.chat().appliesTo(job.prompts().kind())) {
      return Optional.empty();
    }
    try {
      Optional<ChatTemplate> template =
          ChatTemplate.load(model, job.chat().templateFile().map(Path::of), time);
      if (template.isEmpty()) {
        throw new JobError(
            "chat_template: the model in "
                + model
                + " has none and prompts.messages needs one; name a Jinja file as chat_template");
      }
      return template;
    } catch (IllegalArgumentException e) {
      throw new JobError(e.getMessage(), e);
    }
  }
}
