/** Continuous batching of one model: requests in, completions out. */
package io.gensweep.engine;
