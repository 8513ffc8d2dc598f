/** Reads the prompt dataset with Spark and cuts it into shards. */
package io.gensweep.prompt;
