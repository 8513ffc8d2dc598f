/**
 * Plain Java. Kernels for NVIDIA GPUs that were compiled ahead of time ({@code
 * src/main/native/cuda}), and which of them a decoder launches in which order. Nothing here talks
 * to a card.
 */
package io.gensweep.model.cuda;
