package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.model.weights.StoredTensor;

/**
 * Llama, and what llama.cpp takes for one: Mistral, SmolLM, and other classes that compute the
 * same. In a head of queries or keys transformers rotates number i with number i + d / 2, and
 * llama.cpp, as Meta did, number 2 i with number 2 i + 1: it has the rows in that order.
 */
record LlamaArchitecture(Hyperparameters model) implements Architecture {

  @Override
  public ObjectNode config() {
    model.requireKnown("expert_count", "expert_used_count");
    if (model.count("expert_count").orElse(0) > 0) {
      throw model.wrong("is a mixture of experts, which is not read from GGUF");
    }
    ObjectNode config = model.config("llama", "LlamaForCausalLM");
    config.put("hidden_act", "silu");
    config.put("attention_bias", model.hasTensor("blk.0.attn_q.bias"));
    config.put("mlp_bias", model.hasTensor("blk.0.ffn_gate.bias"));
    config.set("rope_parameters", RopeParameters.of(model));
    return config;
  }

  @Override
  public StoredTensor ordered(StoredTensor tensor) {
    String name = tensor.name();
    return name.contains(".q_proj.") || name.contains(".k_proj.")
        ? tensor.ordered(rows(tensor.rowCount()))
        : tensor;
  }

  private int[] rows(int count) {
    int size = model.headSize();
    int half = size / 2;
    if (size % 2 != 0 || count % size != 0) {
      throw model.wrong("has queries or keys of " + count + " rows for heads of " + size);
    }
    int[] rows = new int[count];
    for (int row = 0; row < count; row++) {
      int inHead = row % size;
      rows[row] = row - inHead + inHead % half * 2 + inHead / half;
    }
    return rows;
  }
}
