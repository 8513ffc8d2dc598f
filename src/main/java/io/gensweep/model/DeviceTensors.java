package io.gensweep.model;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import io.gensweep.model.weights.Mapping;
import io.gensweep.model.weights.StoredTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Executor. A checkpoint's tensors as the decoder program takes them: in the type in which they are
 * stored, and on a CPU where they lie in the mapped file. Those of bfloat16, which DJL has not, are
 * the bytes of their rows.
 */
final class DeviceTensors implements AutoCloseable {
  /** Most bytes of a weight handed over at once; a tensor's buffer ends at 2 GiB. */
  private static final long PIECE_BYTES = 1L << 29;

  private final NDManager manager;
  private final List<Mapping> mappings = new ArrayList<>();

  /** For arrays that live until this is closed. */
  DeviceTensors(NDManager root) {
    this.manager = root.newSubManager();
  }

  @Override
  public void close() {
    manager.close();
    mappings.forEach(Mapping::close);
  }

  /** The whole tensor; one without elements where the model has none. */
  PtNDArray whole(Optional<StoredTensor> tensor) {
    return tensor
        .map(t -> rows(t, 0, t.rowCount()))
        .orElseGet(() -> (PtNDArray) manager.create(new float[0]));
  }

  /** The tensor in pieces of rows. */
  List<PtNDArray> pieces(Optional<StoredTensor> tensor) {
    if (tensor.isEmpty()) {
      return List.of(whole(tensor));
    }
    StoredTensor t = tensor.get();
    int rows =
        (int) Math.max(1, Math.min(t.rowCount(), PIECE_BYTES / (t.byteSize() / t.rowCount())));
    List<PtNDArray> pieces = new ArrayList<>();
    for (int from = 0; from < t.rowCount(); from += rows) {
      pieces.add(rows(t, from, Math.min(t.rowCount(), from + rows)));
    }
    return pieces;
  }

  private PtNDArray rows(StoredTensor t, int from, int to) {
    DataType type =
        switch (t.type()) {
          case F32 -> DataType.FLOAT32;
          case F64 -> DataType.FLOAT64;
          case F16 -> DataType.FLOAT16;
          case BF16 -> DataType.UINT8;
        };
    long width = (long) t.rowSize() * t.type().bytes() / type.getNumOfBytes();
    Shape shape =
        t.shape().size() == 1 ? new Shape((to - from) * width) : new Shape(to - from, width);
    Mapping mapping = t.stored(from, to);
    mappings.add(mapping);
    return (PtNDArray) manager.create(mapping.bytes(), shape, type);
  }

  /** Tensors by their names. */
  IValue named(Map<String, StoredTensor> tensors) {
    Map<String, PtNDArray> arrays = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> arrays.put(name, whole(Optional.of(tensor))));
    return IValue.stringMapFrom(arrays);
  }

  static IValue list(List<PtNDArray> arrays) {
    return IValue.listFrom(arrays.toArray(PtNDArray[]::new));
  }
}
