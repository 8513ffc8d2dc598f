/**
 * Which blocks of the KV cache hold which rows: plain Java, without the rows themselves, which are
 * the runner's. Blocks are shared by sequences that begin alike and copied when they part.
 */
package io.gensweep.model.kv;
