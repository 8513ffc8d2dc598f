/**
 * The part of Jinja that chat templates use, with the meaning that jinja2 gives it in Hugging Face
 * transformers: an immutable sandbox, {@code trim_blocks} and {@code lstrip_blocks}. What is not
 * supported is refused by name, because a prompt that is almost right is worse than none. jinjava
 * was measured first: it binds {@code not} tighter than {@code ==}, lets {@code set} leak out of
 * loops, drops text of only spaces between tags and renders undefined names as nothing.
 */
package io.gensweep.token.jinja;
