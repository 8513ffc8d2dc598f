/** The model: what the engine asks of it, and the KV cache that they share. */
package io.gensweep.model;
