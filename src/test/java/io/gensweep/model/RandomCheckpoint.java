package io.gensweep.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.model.spec.ModelConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A decoder of any shape with random weights, as a folder that {@link DecoderLoader} reads. */
public record RandomCheckpoint(
    int vocab, int hidden, int mlp, int layers, int heads, int kvHeads, int headDim, boolean bias) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public ModelFolder in(Path folder) throws IOException {
    ObjectNode config =
        JSON.createObjectNode()
            .put("model_type", "llama")
            .put("hidden_act", "silu")
            .put("vocab_size", vocab)
            .put("hidden_size", hidden)
            .put("intermediate_size", mlp)
            .put("num_hidden_layers", layers)
            .put("num_attention_heads", heads)
            .put("num_key_value_heads", kvHeads)
            .put("head_dim", headDim)
            .put("rms_norm_eps", 1e-5)
            .put("max_position_embeddings", 512)
            .put("tie_word_embeddings", true)
            .put("attention_bias", bias)
            .put("mlp_bias", bias)
            .put("rope_theta", 10000.0)
            .put("torch_dtype", "float32");
    Files.writeString(folder.resolve("config.json"), config.toString());
    Files.write(folder.resolve("model.safetensors"), weights());
    return new ModelFolder(folder, ModelConfig.read(config), List.of());
  }

  private byte[] weights() throws IOException {
    Tensors tensors = new Tensors();
    tensors.matrix("model.embed_tokens", vocab, hidden, false);
    tensors.vector("model.norm.weight", hidden, 1);
    for (int i = 0; i < layers; i++) {
      String layer = "model.layers." + i;
      tensors.vector(layer + ".input_layernorm.weight", hidden, 1);
      tensors.vector(layer + ".post_attention_layernorm.weight", hidden, 1);
      tensors.matrix(layer + ".self_attn.q_proj", heads * headDim, hidden, bias);
      tensors.matrix(layer + ".self_attn.k_proj", kvHeads * headDim, hidden, bias);
      tensors.matrix(layer + ".self_attn.v_proj", kvHeads * headDim, hidden, bias);
      tensors.matrix(layer + ".self_attn.o_proj", hidden, heads * headDim, bias);
      tensors.matrix(layer + ".mlp.gate_proj", mlp, hidden, bias);
      tensors.matrix(layer + ".mlp.up_proj", mlp, hidden, bias);
      tensors.matrix(layer + ".mlp.down_proj", hidden, mlp, bias);
    }
    return tensors.file();
  }

  private static final class Tensors {
    private final Random random = new Random(5);
    private final ObjectNode header = JSON.createObjectNode();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    void matrix(String name, int rows, int columns, boolean bias) {
      add(name + ".weight", rows * columns, 0, 1.5 / Math.sqrt(columns), rows, columns);
      if (bias) {
        vector(name + ".bias", rows, 0);
      }
    }

    void vector(String name, int size, double mean) {
      add(name, size, mean, 0.3, size);
    }

    private void add(String name, int count, double mean, double spread, int... shape) {
      ByteBuffer values = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count; i++) {
        values.putFloat((float) (mean + spread * random.nextGaussian()));
      }
      ObjectNode entry = header.putObject(name).put("dtype", "F32");
      entry.set("shape", JSON.valueToTree(shape));
      entry.set("data_offsets", JSON.valueToTree(new int[] {data.size(), data.size() + 4 * count}));
      data.writeBytes(values.array());
    }

    byte[] file() throws IOException {
      byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).array());
      file.write(text);
      data.writeTo(file);
      return file.toByteArray();
    }
  }
}
