package io.gensweep.model.cuda;

/**
 * Where a step leaves what it found of rows.
 *
 * @param values [rows, 64] float32, the best logits, descending
 * @param ids [rows, 64] int32 of these
 * @param sums [rows, 2] float32, log-sum-exps of the logits and of those by the temperature
 */
public record StepOutput(long values, long ids, long sums) {}
