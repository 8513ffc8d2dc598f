package io.gensweep.model.weights;

import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Experts as gpt-oss stores them: {@code NAME_blocks} [experts, outputs, groups, 16] of two 4-bit
 * floats a byte, and {@code NAME_scales} [experts, outputs, groups], a power of two for each group
 * of 32. Unquantized, NAME is [experts, inputs, outputs].
 */
record Mxfp4Quantization() implements Quantization {
  private static final String BLOCKS = "_blocks";
  private static final String SCALES = "_scales";

  @Override
  public Map<String, NamedTensor> dequantized(Map<String, TensorEntry> stored) {
    Map<String, NamedTensor> named = new HashMap<>(stored);
    for (TensorEntry blocks : stored.values()) {
      if (blocks.name().endsWith(BLOCKS)) {
        String name = blocks.name().substring(0, blocks.name().length() - BLOCKS.length());
        TensorEntry scales = stored.get(name + SCALES);
        if (scales == null || !areExperts(blocks, scales)) {
          throw new JobError(
              "model.path: "
                  + blocks.file()
                  + ": tensor "
                  + JsonFile.shown(blocks.name())
                  + " must be U8 [experts, outputs, groups, 16] beside U8 "
                  + JsonFile.shown(name + SCALES)
                  + " [experts, outputs, groups], was "
                  + JsonFile.shown(blocks.type())
                  + " "
                  + blocks.shape());
        }
        named.put(name, new Experts(name, blocks, scales));
        named.remove(blocks.name());
        named.remove(scales.name());
      }
    }
    return named;
  }

  private static boolean areExperts(TensorEntry blocks, TensorEntry scales) {
    return blocks.type().equals("U8")
        && scales.type().equals("U8")
        && blocks.shape().size() == 4
        && blocks.shape().get(3) == 16
        && scales.shape().equals(blocks.shape().subList(0, 3));
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }

  /** Blocks and scales, before anyone asks for them. */
  private record Experts(String name, TensorEntry blocks, TensorEntry scales)
      implements NamedTensor {
    @Override
    public Path file() {
      return blocks.file();
    }

    @Override
    public List<Long> shape() {
      return List.of(
          blocks.shape().get(0), blocks.shape().get(2) * Mxfp4Tensor.GROUP, blocks.shape().get(1));
    }

    @Override
    public StoredTensor open() {
      FileTensor powers = scales.open(SmallFloat.F8_E8M0);
      List<Integer> shape = powers.shape();
      FileTensor values =
          new FileTensor(
              name,
              blocks.file(),
              Mxfp4Tensor.Pairs.F4_E2M1,
              List.of(shape.get(0), shape.get(1), shape.get(2) * Mxfp4Tensor.GROUP),
              blocks.offset());
      return new TransposedMatrices(new Mxfp4Tensor(values, powers));
    }
  }
}
