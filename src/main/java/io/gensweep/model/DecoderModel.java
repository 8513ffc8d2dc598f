package io.gensweep.model;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import io.gensweep.model.spec.RopeSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** Executor. The decoder program as a model of DJL, without weights at first. */
final class DecoderModel {
  private DecoderModel() {}

  /**
   * Loads the program.
   *
   * @param constants what its attributes are from the beginning, by name
   * @param device of its tensors, cpu or cuda:N
   */
  static ZooModel<ProgramCall, ByteBuffer> load(
      Backend backend, Map<String, Object> constants, String device) {
    return load(DecoderProgram.archive(backend, constants), device);
  }

  /**
   * Loads a program.
   *
   * @param archive its bytes
   */
  static ZooModel<ProgramCall, ByteBuffer> load(byte[] archive, String device) {
    Path folder = null;
    try {
      folder = Files.createTempDirectory("gensweep-decoder");
      Files.write(folder.resolve("decoder.pt"), archive);
      return Criteria.builder()
          .setTypes(ProgramCall.class, ByteBuffer.class)
          .optEngine("PyTorch")
          .optDevice(device(device))
          .optModelPath(folder)
          .optModelName("decoder")
          .optOption("mapLocation", "true")
          .optTranslator(new ProgramCall.Translator())
          .build()
          .loadModel();
    } catch (IOException | ModelNotFoundException | MalformedModelException e) {
      throw new IllegalStateException("libtorch refused the decoder program: " + e.getMessage(), e);
    } finally {
      delete(folder);
    }
  }

  private static Device device(String device) {
    return device.equals("cpu") ? Device.cpu() : Device.gpu(CudaDevice.number(device));
  }

  private static void delete(Path folder) {
    if (folder != null) {
      folder.resolve("decoder.pt").toFile().delete();
      folder.toFile().delete();
    }
  }

  /** Makes the program compute a rotary table of so many positions. */
  static void addRope(PtSymbolBlock block, RopeSpec rope, int positions) {
    run(
        block,
        "add_rope_" + rope.scaling().type(),
        IValue.from((long) positions),
        IValue.from(rope.theta()),
        IValue.from((long) rope.width()),
        IValue.listFrom(
            rope.scaling().parameters().stream().mapToDouble(Double::doubleValue).toArray()));
  }

  /** Runs a method for what it does. */
  static void run(PtSymbolBlock block, String method, IValue... arguments) {
    IValueUtils.runMethod(block, method, arguments).close();
    Stream.of(arguments).forEach(IValue::close);
  }

  /** Runs a method that gives a whole number. */
  static long number(PtSymbolBlock block, String method, IValue... arguments) {
    try (IValue found = IValueUtils.runMethod(block, method, arguments)) {
      return found.toLong();
    } finally {
      Stream.of(arguments).forEach(IValue::close);
    }
  }

  /** Frees the model, and what its program holds beside libtorch's tensors. */
  static void close(ZooModel<ProgramCall, ByteBuffer> model) {
    run((PtSymbolBlock) model.getBlock(), "end");
    model.close();
  }
}
