package io.gensweep.model.cuda;

/**
 * Where a step finds its tokens on the card; all int32 but {@code inverse}.
 *
 * @param positions of the tokens
 * @param starts first entry of each token's sequence in the table
 * @param table numbers of blocks
 * @param rows 0, 1, 2 and so on: rows that have logits
 * @param inverse of each row, 1 / temperature, float32
 */
public record StepInput(
    long ids, long positions, long starts, long table, long rows, long inverse) {}
