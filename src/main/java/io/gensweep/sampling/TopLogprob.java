package io.gensweep.sampling;

/**
 * One of the most probable tokens at a position.
 *
 * @param tokenId the token
 * @param logprob natural log of the model's own softmax
 */
public record TopLogprob(int tokenId, float logprob) {}
