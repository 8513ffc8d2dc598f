/**
 * GGUF, the file format of llama.cpp: plain Java. A file holds weights, the shape of the model and
 * its tokenizer. Here it becomes what a folder in Hugging Face layout has, so that whatever reads a
 * folder reads a GGUF file.
 *
 * <p>Format: docs/gguf.md of the ggml project.
 */
package io.gensweep.model.gguf;
