/**
 * What a decoder is, as data: {@link io.gensweep.model.spec.DecoderSpec} and its parts, and the one
 * place that reads them from a {@code config.json}. Plain Java.
 *
 * <p>Weights, the decoder program, the kernels and the KV cache are built from a spec and from
 * nothing else. A spec holds only what can be computed. A further choice of model families is a
 * further constant ({@link io.gensweep.model.spec.Activation}), a further record of a sealed family
 * ({@link io.gensweep.model.spec.NormSpec}, {@link io.gensweep.model.spec.AttentionMask}, {@link
 * io.gensweep.model.spec.MlpSpec}, {@link io.gensweep.model.spec.RopeScaling}) or a further
 * component, together with the place that computes it; until then the key of {@code config.json}
 * that asks for it is refused ({@link io.gensweep.model.spec.ModelConfig}).
 */
package io.gensweep.model.spec;
