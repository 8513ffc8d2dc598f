package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.job.DType;
import io.gensweep.model.kv.KvSequence;
import io.gensweep.sampling.Candidates;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A decoder by the kernels for GPUs, whose machine code the stand-in does not run: what is asked of
 * the driver is right, and the arguments of every launch have the sizes that the machine code says.
 */
final class GpuDecoderChecks {
  private static final int[] PROMPT = IntStream.range(0, 70).map(i -> 4 + i % 400).toArray();

  void aDecoderInBfloat16() {
    live(DType.BFLOAT16);
  }

  void aDecoderInFloat32() {
    live(DType.FLOAT32);
  }

  private static void live(DType dtype) {
    DecoderSettings settings = new DecoderSettings(dtype, "cuda:0", 256, 4, 1);
    ModelFolder folder = ModelFolder.open(Path.of("data/models/tiny"));
    try (ModelRunner runner = DecoderLoader.load(folder, settings, Backend.CUDA)) {
      KvSequence one = runner.pool().sequence();
      KvSequence other = runner.pool().sequence();
      runner.prefill(List.of(new Prefill(one, PROMPT, 69), new Prefill(other, PROMPT, 3)));
      KvSequence fork = one.fork();
      List<Candidates> rows =
          runner.decode(
              List.of(
                  new DecodeRow(one, 5, List.of(0.7f, 2f), new int[] {3, 9}),
                  new DecodeRow(fork, 6),
                  new DecodeRow(other, 7)));
      assertThat(rows).hasSize(3);
      assertThat(rows.get(0).logSumExp(2f)).isNotNaN();
      runner.extend(rows);
      assertThat(rows.get(1).wholeRow()).hasSize(runner.shape().vocabSize());
      KvSequence text = runner.pool().sequence();
      List<TokenLogprobs> scored = runner.score(List.of(new Scoring(text, PROMPT, 1)));
      assertThat(scored.get(0).logprobs()).hasSize(69);
      assertThat(text.length()).isEqualTo(69);
    }
  }
}
