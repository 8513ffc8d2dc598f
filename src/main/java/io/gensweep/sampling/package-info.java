/**
 * From logits to a token: the order of the sampling rules, the draw, and the address of its
 * randomness. Plain Java: no Spark, no DJL.
 */
package io.gensweep.sampling;
