package io.gensweep.sampling;

/**
 * One drawn token.
 *
 * @param tokenId the token
 * @param logprob natural log of the model's own softmax: temperature 1, nothing masked
 * @param samplingLogprob natural log of the distribution that the token was drawn from; 0 if greedy
 */
public record Drawn(int tokenId, float logprob, float samplingLogprob) {}
