package io.gensweep.model;

import io.gensweep.job.JobError;
import io.gensweep.model.cuda.DecoderLaunches;
import io.gensweep.model.cuda.KernelArchive;
import io.gensweep.model.cuda.LayerAddresses;
import io.gensweep.model.cuda.ModelAddresses;
import io.gensweep.model.cuda.ModelSizes;
import io.gensweep.model.cuda.Scratch;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.spec.AttentionSpec;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.weights.StoredTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Executor, once per GPU. Loads a decoder that the kernels for GPUs compute: weights first, then
 * what steps need in between, and a KV cache of what is left.
 */
final class CudaLoader {
  /** Of the memory that is left for the KV cache: a driver takes some with every kernel. */
  private static final double SHARE = 0.9;

  /** Rows that have logits at once when a prompt's tokens are scored. */
  private static final int SCORED_ROWS = 256;

  private final DecoderSettings settings;
  private final DecoderSpec spec;
  private final DecoderWeights weights;
  private final KernelArchive archive;
  private final ModelSizes sizes;
  private final CudaProgram program;

  private CudaLoader(
      ModelFolder folder, DecoderSettings settings, KernelArchive archive, CudaProgram program) {
    this.settings = settings;
    this.spec = folder.spec();
    this.weights = folder.weights();
    this.archive = archive;
    this.sizes = ModelSizes.of(spec, settings.dtype());
    this.program = program;
  }

  /**
   * Loads the model.
   *
   * @param scalarType libtorch's number of the type
   * @throws JobError if there is not the memory
   */
  static ModelRunner load(ModelFolder folder, DecoderSettings settings, int scalarType) {
    int number = CudaDevice.number(settings.device());
    KernelArchive archive =
        KernelArchive.of(CudaDevice.of(number).capability(), settings.dtype()).orElseThrow();
    Map<String, Object> constants =
        Map.of("dtype", scalarType, "vocab", folder.spec().vocabSize(), "number", number);
    CudaProgram program =
        new CudaProgram(DecoderModel.load(Backend.CUDA, constants, "cpu"), archive);
    try {
      return new CudaLoader(folder, settings, archive, program).load(folder);
    } catch (RuntimeException | OutOfMemoryError e) {
      program.close();
      throw e;
    }
  }

  private ModelRunner load(ModelFolder folder) {
    long embedding = vocabulary(weights.embedding());
    long head = weights.ownHead(spec.ends().tied()).map(this::vocabulary).orElse(embedding);
    long finalNorm = tensor(weights.ends(), "final_norm.weight");
    long rope = (long) settings.maxModelLen() * sizes.head() * Float.BYTES;
    long cosines = program.allocate(rope);
    long sines = program.allocate(rope);
    AttentionSpec attention = (AttentionSpec) spec.layers().get(0).mixer();
    program.writeRope(
        spec.ropes().get(attention.rope().orElseThrow()), settings.maxModelLen(), cosines, sines);
    List<LayerAddresses> layers = new ArrayList<>();
    for (Map<String, StoredTensor> layer : weights.layers()) {
      layers.add(layer(layer));
    }
    int rows = Math.max(SCORED_ROWS, CudaDecoder.bucket(settings.maxBatch()));
    Scratch scratch =
        Scratch.allocate(
            sizes,
            CudaDecoder.CALL_TOKENS,
            rows,
            DecoderLaunches.chunks(archive, settings.maxModelLen()),
            program::allocate);
    CudaMemory memory = CudaMemory.allocate(program, rows, settings.maxModelLen());
    BlockPool pool = pool();
    // A further block takes what rows that fill up a batch write.
    long cache =
        program.allocate((pool.capacity() + 1L) * sizes.block(BlockPool.BLOCK) * sizes.bytes());
    ModelAddresses model =
        new ModelAddresses(embedding, head, finalNorm, cosines, sines, layers, cache);
    DecoderLaunches launches =
        new DecoderLaunches(
            archive,
            program::function,
            sizes,
            model,
            scratch,
            BlockPool.BLOCK,
            settings.maxModelLen());
    ModelShape shape =
        new ModelShape(spec.vocabSize(), settings.maxModelLen(), folder.eosTokenIds());
    int tileTokens = archive.prefillRows() / (sizes.heads() / sizes.kvHeads());
    return new CudaDecoder(
        program, launches, sizes, shape, pool, memory, model, scratch, tileTokens);
  }

  private BlockPool pool() {
    long memory =
        (long) (program.freeBytes() * SHARE) - sizes.block(BlockPool.BLOCK) * sizes.bytes();
    return new CachePlan(spec, CacheLayout.of(spec, settings.maxModelLen()), settings, Backend.CUDA)
        .pool(memory);
  }

  private LayerAddresses layer(Map<String, StoredTensor> layer) {
    return new LayerAddresses(
        tensor(layer, "mixer_norm.weight"),
        tensor(layer, "query.weight", "key.weight", "value.weight"),
        tensor(layer, "query.bias", "key.bias", "value.bias"),
        tensor(layer, "query_norm.weight"),
        tensor(layer, "key_norm.weight"),
        tensor(layer, "output.weight"),
        tensor(layer, "output.bias"),
        tensor(layer, "mlp_norm.weight"),
        tensor(layer, "gate.weight"),
        tensor(layer, "up.weight"),
        tensor(layer, "down.weight"));
  }

  /** Tensors one after the other; 0 where there is none. */
  private long tensor(Map<String, StoredTensor> all, String... roles) {
    List<StoredTensor> tensors =
        Stream.of(roles)
            .map(role -> Optional.ofNullable(all.get(role)))
            .flatMap(Optional::stream)
            .toList();
    if (tensors.isEmpty()) {
      return 0;
    }
    long address =
        program.allocate(tensors.stream().mapToLong(CudaLoader::elements).sum() * sizes.bytes());
    long at = address;
    for (StoredTensor tensor : tensors) {
      at += program.write(tensor, at);
    }
    return address;
  }

  /** A matrix of the vocabulary, with rows of zeros up to a whole number of groups of logits. */
  private long vocabulary(StoredTensor tensor) {
    long rowBytes = (long) sizes.hidden() * sizes.bytes();
    long address = program.allocate(sizes.logits() * rowBytes);
    long written = program.write(tensor, address);
    long left = sizes.logits() * rowBytes - written;
    if (left > 0) {
      program.zero(address + written, left);
    }
    return address;
  }

  private static long elements(StoredTensor tensor) {
    return (long) tensor.rowCount() * tensor.rowSize();
  }
}
