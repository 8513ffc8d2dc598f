/** Offline text generation on Spark. */
package io.gensweep;
