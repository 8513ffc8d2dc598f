/** Writes shards, the manifest and the rest of the output folder. */
package io.gensweep.output;
