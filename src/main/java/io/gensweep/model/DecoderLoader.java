package io.gensweep.model;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.repository.zoo.ZooModel;
import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.RopeSpec;
import io.gensweep.model.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/**
 * Executor, once per JVM and device. Loads the decoder program through DJL and hands it the
 * checkpoint tensor by tensor; the program keeps each in the model's type and in the layout that
 * its products want.
 *
 * <p>bfloat16 exists inside the program only: DJL's PyTorch engine has no such type and ends the
 * JVM when it meets one.
 */
public final class DecoderLoader {
  /**
   * Rows whose logits scoring has at once, where products are not packed and {@link ProductCheck}
   * finds no number.
   */
  private static final int SCORED_ROWS = 64;

  private final DecoderSettings settings;
  private final DecoderSpec spec;
  private final DecoderWeights weights;
  private final Backend backend;
  private final CacheLayout layout;
  private final BlockPool pool;

  private DecoderLoader(ModelFolder folder, DecoderSettings settings, Backend backend) {
    this.settings = settings;
    this.spec = folder.spec();
    this.weights = folder.weights();
    this.backend = backend;
    this.layout = CacheLayout.of(spec, settings.maxModelLen());
    this.pool = new CachePlan(spec, layout, settings, backend).pool(MemoryBudget.forKvCache());
  }

  /** Loads the model with the fastest backend that this machine has for it. */
  public static ModelRunner load(ModelFolder folder, DecoderSettings settings) {
    Numerics here =
        Machine.here(settings.device())
            .numerics(settings.dtype(), folder.spec(), settings.threads());
    return load(folder, settings, here.backend());
  }

  /**
   * Loads the model.
   *
   * @throws JobError if this machine has not the device, or not the memory, that is asked for
   */
  public static ModelRunner load(ModelFolder folder, DecoderSettings settings, Backend backend) {
    TorchEnvironment.prepare();
    if (settings.dtype() == DType.INT8 && !settings.device().equals("cpu")) {
      throw new JobError(
          "model.dtype: int8 runs on CPUs only and this task has "
              + settings.device()
              + "; use model.device: cpu or another dtype");
    }
    if (backend.hasOwnKernels() && !Kernels.load()) {
      throw new IllegalStateException("this libtorch is too old for the kernels");
    }
    try {
      if (backend == Backend.CUDA) {
        return CudaLoader.load(folder, settings, scalarType(settings.dtype()));
      }
      return new DecoderLoader(folder, settings, backend).load(folder);
    } catch (RuntimeException | OutOfMemoryError e) {
      Optional<JobError> shortage = MemoryShortage.whileLoading(folder, settings.dtype(), e);
      if (shortage.isPresent()) {
        throw shortage.get();
      }
      throw e;
    }
  }

  private ModelRunner load(ModelFolder folder) {
    ZooModel<ProgramCall, ByteBuffer> model =
        DecoderModel.load(backend, constants(), settings.device());
    ProgramThreads threads = new ProgramThreads(settings.threads(), lanes());
    try {
      int lanes = threads.whole(() -> fill(model, threads));
      ModelShape shape =
          new ModelShape(folder.spec().vocabSize(), settings.maxModelLen(), folder.eosTokenIds());
      return new TorchDecoder(model, threads, shape, pool, lanes, !backend.hasOwnKernels());
    } catch (RuntimeException | OutOfMemoryError e) {
      threads.close();
      DecoderModel.close(model);
      throw e;
    }
  }

  /** What the program's attributes are from the beginning, by name. */
  private Map<String, Object> constants() {
    return Map.ofEntries(
        Map.entry("dtype", scalarType(settings.dtype())),
        Map.entry("packed", backend == Backend.PACKED),
        Map.entry("levels", activationLevels()),
        Map.entry("vocab", spec.vocabSize()),
        Map.entry("hidden", spec.hiddenSize()),
        Map.entry("embedding_scale", spec.ends().embeddingScale()),
        Map.entry("logit_scale", spec.ends().logitScale()),
        Map.entry("logit_cap", spec.ends().logitCap()),
        Map.entry("block", BlockPool.BLOCK),
        Map.entry("best", TorchDecoder.BEST),
        Map.entry("product_rows", SCORED_ROWS));
  }

  /** Gives the program its weights and an empty cache; tells how many lanes that has. */
  private int fill(ZooModel<ProgramCall, ByteBuffer> model, ProgramThreads threads) {
    PtSymbolBlock block = (PtSymbolBlock) model.getBlock();
    NDManager root = model.getNDManager();
    Optional<StoredTensor> head = weights.ownHead(spec.ends().tied());
    requireFinite(head.orElse(weights.embedding()));
    try (DeviceTensors tensors = new DeviceTensors(root)) {
      LayerArguments ends = LayerArguments.of(spec.ends());
      DecoderModel.run(
          block,
          "set_ends",
          DeviceTensors.list(tensors.pieces(Optional.of(weights.embedding()))),
          DeviceTensors.list(tensors.pieces(head)),
          DeviceTensors.list(tensors.pieces(weights.layerEmbedding())),
          tensors.named(weights.ends()),
          ends.numbers(),
          ends.words());
    }
    for (RopeSpec rope : spec.ropes()) {
      DecoderModel.addRope(block, rope, settings.maxModelLen());
    }
    for (int i = 0; i < spec.layers().size(); i++) {
      LayerTensors layer = LayerTensors.of(weights.layers().get(i));
      LayerArguments arguments = LayerArguments.of(spec.layers().get(i), layout.place(i));
      for (Map<String, StoredTensor> expert : layer.experts()) {
        add(model, "add_expert", expert, arguments);
      }
      add(model, "add_layer", layer.others(), arguments);
    }
    int lanes = lanes();
    if (backend == Backend.PACKED) {
      lanes = new ProductCheck(block, root, threads).settle(lanes);
    }
    DecoderModel.run(block, "set_lanes", IValue.from((long) lanes));
    return lanes;
  }

  private void add(
      ZooModel<ProgramCall, ByteBuffer> model,
      String method,
      Map<String, StoredTensor> tensors,
      LayerArguments arguments) {
    tensors.values().forEach(this::requireFinite);
    try (DeviceTensors here = new DeviceTensors(model.getNDManager())) {
      DecoderModel.run(
          (PtSymbolBlock) model.getBlock(),
          method,
          here.named(tensors),
          arguments.numbers(),
          arguments.words());
    }
  }

  /**
   * A row with an infinity or NaN has no scale, and its int8 products would be numbers like any
   * other. In the other types the row's logits say so ({@code non_finite_logits}).
   */
  private void requireFinite(StoredTensor weight) {
    if (settings.dtype() != DType.INT8) {
      return;
    }
    weight
        .firstRowNotFinite()
        .ifPresent(
            row -> {
              throw new JobError(
                  "model.dtype: int8 cannot round the tensor "
                      + weight.name()
                      + " of "
                      + weight.file()
                      + ", which has an infinity or NaN in row "
                      + row
                      + "; repair the checkpoint");
            });
  }

  /** Kernels share each operation among their threads, and gain nothing by lanes. */
  private int lanes() {
    return backend == Backend.KERNELS ? 1 : settings.lanes();
  }

  /**
   * The largest whole number of an activation, or 0 where they stay floats. Without the CPU's dot
   * product of 8 bits, oneDNN's sums of two products of 8 bits would overflow; 7 bits are left
   * then.
   */
  private int activationLevels() {
    if (settings.dtype() != DType.INT8) {
      return 0;
    }
    return backend == Backend.KERNELS || CpuFeatures.here().integerDots() ? 127 : 63;
  }

  /** Scalar type numbers of libtorch (c10/core/ScalarType.h) for activations and KV cache. */
  private static int scalarType(DType dtype) {
    return switch (dtype) {
      case FLOAT32, INT8 -> 6;
      case BFLOAT16 -> 15;
      default -> throw new IllegalArgumentException("no decoder in " + dtype);
    };
  }
}
