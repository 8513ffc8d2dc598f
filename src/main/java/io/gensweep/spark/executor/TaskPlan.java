package io.gensweep.spark.executor;

import io.gensweep.files.FileAccess;
import io.gensweep.job.JobSpec;
import io.gensweep.model.DecoderSettings;
import io.gensweep.model.Numerics;
import java.io.Serializable;
import java.time.LocalDateTime;

/**
 * Driver and executor. Everything that the driver tells a task: the job, and what it decided once
 * for all executors, so that no two of them decide differently.
 *
 * @param model the model's folder, by a path or URI that holds on every machine
 * @param modelHash what {@link ModelHashes#weights} must be on every machine
 * @param tokenizerHash what {@link ModelHashes#tokenizer} must be on every machine
 * @param decoder all but the device, which is each task's own
 * @param numerics what every machine must compute with
 * @param files what opens the model's file system
 * @param template the text of {@code chat_template: FILE}; "": the model's own template
 * @param time what a chat template may print as now
 */
public record TaskPlan(
    JobSpec job,
    String model,
    String modelHash,
    String tokenizerHash,
    DecoderSettings decoder,
    Numerics numerics,
    FileAccess files,
    String template,
    LocalDateTime time)
    implements Serializable {}
