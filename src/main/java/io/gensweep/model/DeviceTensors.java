package io.gensweep.model;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Executor. A checkpoint's tensors as the decoder program takes them. */
final class DeviceTensors {
  /** Most bytes of a weight handed over at once; a tensor's buffer ends at 2 GiB. */
  private static final long PIECE_BYTES = 1L << 29;

  private DeviceTensors() {}

  /** The tensor as float32 on the device; one without elements where the model has none. */
  static PtNDArray whole(NDManager manager, Optional<StoredTensor> tensor) {
    if (tensor.isEmpty()) {
      return (PtNDArray) manager.create(new float[0]);
    }
    StoredTensor t = tensor.get();
    Shape shape =
        t.shape().size() == 1 ? new Shape(t.rowCount()) : new Shape(t.rowCount(), t.rowSize());
    return (PtNDArray) manager.create(t.rows(0, t.rowCount()), shape, DataType.FLOAT32);
  }

  /** The tensor as {@link #whole} gives it, in pieces of rows. */
  static List<PtNDArray> pieces(NDManager manager, Optional<StoredTensor> tensor) {
    if (tensor.isEmpty()) {
      return List.of(whole(manager, tensor));
    }
    StoredTensor t = tensor.get();
    int rows = (int) Math.max(1, Math.min(t.rowCount(), PIECE_BYTES / (4L * t.rowSize())));
    List<PtNDArray> pieces = new ArrayList<>();
    for (int from = 0; from < t.rowCount(); from += rows) {
      int to = Math.min(t.rowCount(), from + rows);
      pieces.add(
          (PtNDArray)
              manager.create(
                  t.rows(from, to), new Shape(to - from, t.rowSize()), DataType.FLOAT32));
    }
    return pieces;
  }

  static IValue list(List<PtNDArray> arrays) {
    return IValue.listFrom(arrays.toArray(PtNDArray[]::new));
  }
}
