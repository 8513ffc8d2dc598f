package io.gensweep.model.gguf;

import io.gensweep.model.weights.FileTensor;
import io.gensweep.model.weights.NamedTensor;
import io.gensweep.model.weights.StoredTensor;
import java.nio.file.Path;
import java.util.List;

/**
 * A tensor of a GGUF file as transformers has it.
 *
 * @param name of transformers
 */
record GgufTensor(String name, TensorInfo info, Path file, Architecture architecture)
    implements NamedTensor {

  @Override
  public List<Long> shape() {
    return info.shape();
  }

  @Override
  public StoredTensor open() {
    return architecture.ordered(
        new FileTensor(
            name,
            file,
            architecture.encoding(
                name,
                info.type()
                    .encoding()
                    .orElseThrow(
                        () ->
                            architecture
                                .model()
                                .wrong(
                                    "has a tensor "
                                        + info.name()
                                        + " of type "
                                        + info.type()
                                        + ", which is not read; supported: "
                                        + TensorType.readable()))),
            info.shape().stream().map(Math::toIntExact).toList(),
            info.offset()));
  }
}
