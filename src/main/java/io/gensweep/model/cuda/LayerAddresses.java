package io.gensweep.model.cuda;

/**
 * Where the weights of a layer lie on the card; 0 for those that it has not.
 *
 * @param qkv [queries, then keys, then values; hidden]
 */
public record LayerAddresses(
    long firstNorm,
    long qkv,
    long qkvBias,
    long queryNorm,
    long keyNorm,
    long out,
    long outBias,
    long secondNorm,
    long gate,
    long up,
    long down) {}
