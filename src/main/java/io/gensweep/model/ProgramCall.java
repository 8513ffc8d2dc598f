package io.gensweep.model;

import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.TranslatorContext;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Executor. One call of a method of the decoder program, its arguments small tensors made on the
 * way in.
 */
record ProgramCall(String method, List<Argument> arguments) {

  /** One tensor, made where the program runs. */
  interface Argument {
    NDArray on(NDManager manager);
  }

  static ProgramCall of(String method, Argument... arguments) {
    return new ProgramCall(method, List.of(arguments));
  }

  static Argument longs(long[] values, long... shape) {
    return manager ->
        manager.create(values, shape.length == 0 ? new Shape(values.length) : new Shape(shape));
  }

  /** The same numbers as longs. */
  static Argument longs(int[] values) {
    return longs(IntStream.of(values).asLongStream().toArray());
  }

  static Argument ints(int[] values) {
    return manager -> manager.create(values);
  }

  static Argument number(long value) {
    return manager -> manager.create(value);
  }

  static Argument floats(float[] values) {
    return manager -> manager.create(values);
  }

  /**
   * Runs it.
   *
   * @throws DeviceMemoryException if there was not the memory for it
   * @throws DeviceException if it failed otherwise
   */
  ByteBuffer run(Predictor<ProgramCall, ByteBuffer> predictor) {
    try {
      return predictor.predict(this);
    } catch (TranslateException | EngineException e) {
      String message = "the decoder failed in " + method + ": " + e.getMessage();
      throw MemoryShortage.isToldBy(message)
          ? new DeviceMemoryException(message, e)
          : new DeviceException(message, e);
    } catch (OutOfMemoryError e) {
      // What goes in and out has buffers outside the heap.
      throw new DeviceMemoryException("the decoder failed in " + method + ": " + e.getMessage(), e);
    }
  }

  /** Call in, the bytes of the one result tensor out. */
  static final class Translator implements NoBatchifyTranslator<ProgramCall, ByteBuffer> {
    @Override
    public NDList processInput(TranslatorContext context, ProgramCall call) {
      NDManager manager = context.getNDManager();
      NDList list = new NDList();
      // DJL picks the method by the name of an array that is not passed on.
      NDArray method = manager.create(0L);
      method.setName("module_method:" + call.method());
      list.add(method);
      call.arguments().forEach(argument -> list.add(argument.on(manager)));
      return list;
    }

    @Override
    public ByteBuffer processOutput(TranslatorContext context, NDList list) {
      return list.singletonOrThrow().toByteBuffer();
    }
  }
}
