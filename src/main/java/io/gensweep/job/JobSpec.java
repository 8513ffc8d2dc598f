package io.gensweep.job;

import static io.gensweep.sampling.Checks.require;

import io.gensweep.sampling.SamplingConfig;
import java.io.Serializable;
import java.util.Optional;

/**
 * A fully resolved job: the part that is sent from the driver to the executors.
 *
 * @param sampling the sampling that the points of the sweep start from
 */
public record JobSpec(
    String name,
    ModelSpec model,
    PromptsSpec prompts,
    ChatSpec chat,
    SamplingConfig sampling,
    SweepGrid sweep,
    Optional<ScoreSpec> score,
    EvaluateSpec evaluate,
    EngineSpec engine,
    OutputSpec output)
    implements Serializable {
  public JobSpec {
    require(!name.isBlank(), "name must not be blank");
    require(
        chat.mode() != ChatMode.ALWAYS || prompts.kind() != PromptKind.TOKENS,
        "chat must be auto or never with prompts.tokens, was always: token ids have no messages");
    require(
        chat.mode() != ChatMode.NEVER || prompts.kind() != PromptKind.MESSAGES,
        "chat must be auto or always with prompts.messages, was never: messages need a template");
    evaluate.requireKept(prompts.keep());
  }

  private Object writeReplace() {
    return RecordForm.of(this);
  }
}
