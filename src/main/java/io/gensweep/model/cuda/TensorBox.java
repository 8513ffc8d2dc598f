package io.gensweep.model.cuda;

/**
 * What a kernel's tensor map reads at once of a matrix, in the numbers of the CUDA driver.
 *
 * @param swizzle CUtensorMapSwizzle
 * @param type CUtensorMapDataType
 * @param inner elements of a row
 * @param outer rows
 */
public record TensorBox(int swizzle, int type, int inner, int outer) {}
