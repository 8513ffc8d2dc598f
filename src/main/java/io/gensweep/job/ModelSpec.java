package io.gensweep.job;

import static io.gensweep.job.Rules.requireNoHome;
import static io.gensweep.sampling.Checks.require;

import java.io.Serializable;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The model of a job, and the types and devices it runs with.
 *
 * @param path a folder in Hugging Face layout; any Hadoop URI
 * @param maxModelLen tokens of prompt and continuation together; empty: what the model's config
 *     says
 */
public record ModelSpec(String path, DType dtype, String device, Optional<Integer> maxModelLen)
    implements Serializable {
  private static final Pattern DEVICE = Pattern.compile("auto|cpu|cuda(:[0-9]{1,3})?");

  public ModelSpec {
    require(path != null && !path.isBlank(), "path is required: a folder in Hugging Face layout");
    requireNoHome("path", Optional.of(path));
    require(
        DEVICE.matcher(device).matches(),
        "device must be auto, cpu, cuda or cuda:N, was " + device);
    require(
        maxModelLen.isEmpty() || maxModelLen.get() >= 1,
        "max_model_len must be >= 1, was " + maxModelLen.orElse(0));
  }

  private Object writeReplace() {
    return RecordForm.of(this);
  }
}
