package io.gensweep.job;

import java.io.Serializable;
import java.util.Optional;

/**
 * The chat template of a job: whether prompts go through one, and which.
 *
 * @param templateFile a Jinja file; empty: the model's own template
 */
public record ChatSpec(ChatMode mode, Optional<String> templateFile) implements Serializable {
  public ChatSpec {
    Rules.requireNotBlank("chat_template", templateFile);
    Rules.requireNoHome("chat_template", templateFile);
  }

  /** Whether prompts of this kind are rendered by the template. */
  public boolean appliesTo(PromptKind kind) {
    return mode == ChatMode.ALWAYS || (mode == ChatMode.AUTO && kind == PromptKind.MESSAGES);
  }

  private Object writeReplace() {
    return RecordForm.of(this);
  }
}
