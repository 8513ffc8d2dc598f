package io.gensweep.model.cuda;

import java.util.List;

/**
 * Where a decoder lies on the card.
 *
 * @param cosines [positions, head] float32, as sines
 * @param head [vocabulary, hidden], which may be the embedding
 * @param cache blocks of keys and values of all layers
 */
public record ModelAddresses(
    long embedding,
    long head,
    long finalNorm,
    long cosines,
    long sines,
    List<LayerAddresses> layers,
    long cache) {
  public ModelAddresses {
    layers = List.copyOf(layers);
  }
}
