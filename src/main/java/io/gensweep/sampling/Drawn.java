package io.gensweep.sampling;

/**
 * A token that was drawn, with its log-probabilities.
 *
 * @param tokenId the token
 * @param logprob natural log of the model's own softmax: temperature 1, nothing masked
 * @param samplingLogprob natural log of the distribution that the token was drawn from; 0 if greedy
 */
public record Drawn(int tokenId, float logprob, float samplingLogprob) {}
