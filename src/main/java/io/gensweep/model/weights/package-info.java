/**
 * A checkpoint's tensors by name, and how their rows are read from its files: plain Java. Nothing
 * here knows what a tensor is for.
 */
package io.gensweep.model.weights;
