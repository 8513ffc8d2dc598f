package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.kv.KvSequence;
import io.gensweep.model.kv.LayerGroup;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The numbers of docs/architecture.md, of Gemma 3 1B: 22 of its 26 layers see 512 positions. */
class CachePlanTest {
  private static final long MEBI = 1 << 20;

  /** 4 layers of one KV head of 256, keys and values of 32 positions in bfloat16. */
  private static final long BLOCK_BYTES = 4L * 2 * 256 * 32 * 2;

  private final DecoderSpec gemma = gemma();

  @Test
  void layersOfAWindowAreInGroupsAsLargeAsThatOfTheFullLayers() {
    CacheLayout layout = CacheLayout.of(gemma, 32768);
    assertThat(layout.groups())
        .extracting(LayerGroup::window)
        .containsExactly(512, 512, 512, 512, 512, 512, 0);
    assertThat(layout.widths()).containsExactly(256, 256, 256, 256);
    assertThat(layout.place(0)).isEqualTo(new CacheLayout.Place(0, 0));
    assertThat(layout.place(4)).isEqualTo(new CacheLayout.Place(1, 0));
    assertThat(layout.place(5)).isEqualTo(new CacheLayout.Place(6, 0));
    assertThat(layout.place(25)).isEqualTo(new CacheLayout.Place(5, 1));
    assertThat(layout.blockBytes(DType.BFLOAT16)).isEqualTo(BLOCK_BYTES);
    assertThat(layout.places().values()).hasSize(26).doesNotHaveDuplicates();
  }

  @Test
  void aWindowThatNoSequenceIsLongerThanIsNone() {
    CacheLayout layout = CacheLayout.of(gemma, 512);
    assertThat(layout.groups()).containsExactly(LayerGroup.FULL);
    assertThat(layout.widths()).hasSize(26);
    assertThat(CacheLayout.of(gemma, 513).groups()).hasSize(7);
  }

  /** 1,024 blocks of all positions and 17 of each window, where it was 1,024 for all 26 layers. */
  @Test
  void moreSequencesFitAtLongContext() {
    long memory = 2048 * MEBI;
    BlockPool pool = pool(32768, 64, memory);
    assertThat(pool.capacity()).isEqualTo(memory / BLOCK_BYTES);
    assertThat(pool.heldBy(32768)).isEqualTo(1024 + 6 * 17);
    assertThat(sequences(pool, 32767)).isEqualTo(14);
    // 26 layers of 1,024 blocks.
    assertThat(memory / (1024L * 26 * BLOCK_BYTES / 4)).isEqualTo(2);
  }

  @Test
  void aPoolHoldsAWholeBatchWhereMemoryIsLarge() {
    // One sequence that is filled, and seven that are decoded.
    assertThat(pool(32768, 8, 100_000 * MEBI).capacity())
        .isEqualTo(8 * (1024 + 6 * 17) + 6 * (17 + 16));
  }

  @Test
  void whatHoldsNoSequenceIsRefused() {
    long one = (1024 + 6L * (17 + 33)) * BLOCK_BYTES;
    assertThat(pool(32768, 8, one).capacityTokens()).isEqualTo(32768);
    assertThatThrownBy(() -> pool(32768, 8, one - 1))
        .isInstanceOf(JobError.class)
        .hasMessage(
            "model.max_model_len: a context of 32768 tokens needs 165 MiB for its KV cache and"
                + " there are 165; lower model.max_model_len");
  }

  /** 64 prompts of 2,000 tokens, and 64 samples of one, each with 600 tokens. */
  @Test
  void promptsAndSamplesHoldTheirWindows() {
    BlockPool pool = pool(2600, 64, 100_000 * MEBI);
    List<KvSequence> kvs = Stream.generate(pool::sequence).limit(64).toList();
    kvs.forEach(kv -> grow(kv, 1999));
    assertThat(pool.heldBlocks()).isEqualTo(64 * (63 + 6 * 17));
    kvs.forEach(kv -> grow(kv, 2599));
    assertThat(pool.heldBlocks()).isEqualTo(64 * (82 + 6 * 17));
    kvs.forEach(KvSequence::release);
    List<KvSequence> samples = new ArrayList<>(List.of(pool.sequence()));
    grow(samples.get(0), 1999);
    samples.addAll(Stream.generate(samples.get(0)::fork).limit(63).toList());
    samples.forEach(kv -> grow(kv, 2599));
    assertThat(pool.heldBlocks()).isEqualTo(62 + 64 * (82 - 62 + 6 * 17));
  }

  private static int sequences(BlockPool pool, int rows) {
    int count = 0;
    KvSequence kv = pool.sequence();
    while (kv.growth(rows) <= pool.freeBlocks()) {
      grow(kv, rows);
      count++;
      kv = pool.sequence();
    }
    return count;
  }

  private static void grow(KvSequence kv, int rows) {
    while (kv.length() < rows) {
      kv.advance(Math.min(512, rows - kv.length()));
      kv.slide();
    }
  }

  private BlockPool pool(int maxModelLen, int maxBatch, long memory) {
    DecoderSettings settings = new DecoderSettings(DType.BFLOAT16, "cpu", maxModelLen, maxBatch, 2);
    return new CachePlan(gemma, CacheLayout.of(gemma, maxModelLen), settings, Backend.KERNELS)
        .pool(memory);
  }

  private static DecoderSpec gemma() {
    try {
      return ModelConfig.read(
          new ObjectMapper()
              .readTree(
                  "{\"model_type\": \"gemma3_text\", \"architectures\": [\"Gemma3ForCausalLM\"],"
                      + " \"vocab_size\": 262144, \"hidden_size\": 1152,"
                      + " \"intermediate_size\": 6912, \"num_hidden_layers\": 26,"
                      + " \"num_attention_heads\": 4, \"num_key_value_heads\": 1,"
                      + " \"sliding_window\": 512, \"max_position_embeddings\": 32768,"
                      + " \"head_dim\": 256, \"torch_dtype\": \"bfloat16\"}"));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
