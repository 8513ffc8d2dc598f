package io.gensweep.model.spec;

/**
 * One layer: attention, then an MLP, each added to what went into it.
 *
 * @param norm of all norms of the layer
 * @param normPlaces where they stand
 */
public record LayerSpec(
    NormSpec norm, NormPlaces normPlaces, AttentionSpec attention, MlpSpec mlp) {}
