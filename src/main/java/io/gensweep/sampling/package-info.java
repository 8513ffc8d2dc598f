/** From logits to a token: the order of the rules, the draw, and the address of its randomness. */
package io.gensweep.sampling;
