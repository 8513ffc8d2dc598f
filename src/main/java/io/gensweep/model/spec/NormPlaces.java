package io.gensweep.model.spec;

/** Where a layer has its norms, for a block f that is its attention or its MLP. */
public enum NormPlaces {
  /** x + f(norm(x)). */
  BEFORE
}
