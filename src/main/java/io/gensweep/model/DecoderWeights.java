package io.gensweep.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Plain Java. Every tensor that the decoder takes, found and checked for its shape before any is
 * read. Names are those of HF's {@code LlamaForCausalLM}.
 *
 * @param head empty where the checkpoint has one matrix for input and output
 */
record DecoderWeights(
    StoredTensor embedding,
    StoredTensor finalNorm,
    Optional<StoredTensor> head,
    List<Layer> layers) {

  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";

  /**
   * One layer. {@code weights}: attention norm, q, k, v, output, MLP norm, gate, up, down. {@code
   * biases}: of q, k, v, output, gate, up, down, each where the model has one.
   */
  record Layer(List<StoredTensor> weights, List<Optional<StoredTensor>> biases) {}

  static DecoderWeights find(ModelConfig c, Checkpoint checkpoint) {
    List<Layer> layers = new ArrayList<>();
    long q = (long) c.heads() * c.headDim();
    long kv = (long) c.kvHeads() * c.headDim();
    for (int i = 0; i < c.layers(); i++) {
      Finder in = new Finder(checkpoint, "model.layers." + i + ".");
      layers.add(
          new Layer(
              List.of(
                  in.norm("input_layernorm", c.hiddenSize()),
                  in.matrix("self_attn.q_proj", q, c.hiddenSize()),
                  in.matrix("self_attn.k_proj", kv, c.hiddenSize()),
                  in.matrix("self_attn.v_proj", kv, c.hiddenSize()),
                  in.matrix("self_attn.o_proj", c.hiddenSize(), q),
                  in.norm("post_attention_layernorm", c.hiddenSize()),
                  in.matrix("mlp.gate_proj", c.intermediateSize(), c.hiddenSize()),
                  in.matrix("mlp.up_proj", c.intermediateSize(), c.hiddenSize()),
                  in.matrix("mlp.down_proj", c.hiddenSize(), c.intermediateSize())),
              List.of(
                  in.bias(c.attentionBias(), "self_attn.q_proj", q),
                  in.bias(c.attentionBias(), "self_attn.k_proj", kv),
                  in.bias(c.attentionBias(), "self_attn.v_proj", kv),
                  in.bias(c.attentionBias(), "self_attn.o_proj", c.hiddenSize()),
                  in.bias(c.mlpBias(), "mlp.gate_proj", c.intermediateSize()),
                  in.bias(c.mlpBias(), "mlp.up_proj", c.intermediateSize()),
                  in.bias(c.mlpBias(), "mlp.down_proj", c.hiddenSize()))));
    }
    StoredTensor norm = checkpoint.tensor("model.norm.weight", c.hiddenSize());
    Optional<StoredTensor> head = checkpoint.find(HEAD, c.vocabSize(), c.hiddenSize());
    Optional<StoredTensor> embedding = checkpoint.find(EMBEDDING, c.vocabSize(), c.hiddenSize());
    if (c.tiedEmbeddings() && embedding.isEmpty() && head.isPresent()) {
      return new DecoderWeights(head.get(), norm, Optional.empty(), List.copyOf(layers));
    }
    if (!c.tiedEmbeddings()) {
      head = Optional.of(checkpoint.tensor(HEAD, c.vocabSize(), c.hiddenSize()));
    }
    return new DecoderWeights(
        checkpoint.tensor(EMBEDDING, c.vocabSize(), c.hiddenSize()),
        norm,
        head,
        List.copyOf(layers));
  }

  /**
   * The output matrix where it is not the embedding. A config that ties the two is wrong about a
   * checkpoint whose matrices differ, and transformers believes the checkpoint.
   */
  Optional<StoredTensor> ownHead(boolean tied) {
    return head.filter(matrix -> !tied || !matrix.sameBytes(embedding));
  }

  private record Finder(Checkpoint checkpoint, String prefix) {
    StoredTensor norm(String name, long size) {
      return checkpoint.tensor(prefix + name + ".weight", size);
    }

    StoredTensor matrix(String name, long rows, long columns) {
      return checkpoint.tensor(prefix + name + ".weight", rows, columns);
    }

    Optional<StoredTensor> bias(boolean present, String name, long size) {
      return present
          ? Optional.of(checkpoint.tensor(prefix + name + ".bias", size))
          : Optional.empty();
    }
  }
}
