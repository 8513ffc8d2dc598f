package io.gensweep.model.gguf;

import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The header of a GGUF file of version 2 or 3: metadata, then what each tensor is and where. It is
 * checked as llama.cpp does, for tensors that no one needs too: they follow each other, aligned,
 * and lie in the file. So a truncated download is found before any weight is read.
 *
 * @param tensors with offsets from the begin of the file
 */
record GgufFile(Path path, Metadata metadata, List<TensorInfo> tensors) {
  private static final int MAGIC = 'G' | 'G' << 8 | 'U' << 16 | 'F' << 24;
  private static final String ALIGNMENT = "general.alignment";
  private static final int USUAL_ALIGNMENT = 32;
  private static final int MOST_ALIGNMENT = 1 << 20;

  /** Far more than any known file has. */
  private static final int MOST_KEYS = 10_000;

  private static final int MOST_TENSORS = 100_000;
  private static final int MOST_BYTES_AT_ONCE = 1 << 20;

  /** Of a key: the length of its name, its type and a value. */
  private static final int LEAST_KEY_BYTES = 13;

  GgufFile {
    tensors = List.copyOf(tensors);
  }

  /**
   * Reads a header.
   *
   * @throws JobError that names the file and what is wrong with it
   */
  static GgufFile read(Path file) {
    JsonFile.requireRegular(file);
    try (HeaderReader in = new HeaderReader(file, 0)) {
      if (in.size() < 4 || in.int32() != MAGIC) {
        throw in.wrong(
            "is no GGUF file, since it does not begin with the letters GGUF; give a folder in"
                + " Hugging Face layout, or a GGUF file");
      }
      requireVersion(in);
      int tensorCount = in.count(MOST_TENSORS, TensorInfo.LEAST_BYTES, "tensors");
      int keyCount = in.count(MOST_KEYS, LEAST_KEY_BYTES, "keys");
      Metadata metadata = Metadata.read(in, file, keyCount);
      requireWhole(metadata);
      int alignment = alignment(metadata);
      List<TensorInfo> tensors = new ArrayList<>();
      for (int i = 0; i < tensorCount; i++) {
        tensors.add(TensorInfo.read(in));
      }
      long base = aligned(in.position(), alignment);
      return new GgufFile(file, metadata, placed(in, tensors, base, alignment));
    } catch (IOException e) {
      throw new JobError("model.path: cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  Optional<TensorInfo> tensor(String name) {
    return tensors.stream().filter(tensor -> tensor.name().equals(name)).findFirst();
  }

  /** The bytes of a tensor of at most 1 MiB, little endian. */
  ByteBuffer bytes(TensorInfo tensor) {
    if (tensor.bytes() > MOST_BYTES_AT_ONCE) {
      throw metadata.wrong(
          "has a tensor " + tensor.name() + " of " + tensor.bytes() + " bytes, which is too many");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) tensor.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(path)) {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, tensor.offset() + bytes.position()) < 0) {
          throw metadata.wrong("became shorter while it was read; copy it again");
        }
      }
    } catch (IOException e) {
      throw new JobError("model.path: cannot read " + path + ": " + e.getMessage(), e);
    }
    return bytes.flip();
  }

  private static void requireVersion(HeaderReader in) {
    int version = in.int32();
    if (version != 2 && version != 3) {
      throw in.wrong(
          (version & 0xffff) == 0
              ? "is a GGUF file for big-endian machines; convert it with gguf_convert_endian.py of"
                  + " llama.cpp"
              : "is GGUF of version "
                  + Integer.toUnsignedString(version)
                  + "; supported: 2 and 3; convert the model again with llama.cpp");
    }
  }

  private static void requireWhole(Metadata metadata) {
    int parts = metadata.count("split.count").orElse(1);
    if (parts > 1) {
      throw metadata.wrong(
          "is one of "
              + parts
              + " parts of a model; join them with llama-gguf-split --merge of llama.cpp");
    }
  }

  private static int alignment(Metadata metadata) {
    int alignment = metadata.count(ALIGNMENT).orElse(USUAL_ALIGNMENT);
    if (Integer.bitCount(alignment) != 1 || alignment > MOST_ALIGNMENT) {
      throw metadata.wrong(
          "has a "
              + ALIGNMENT
              + " that must be a power of two up to "
              + MOST_ALIGNMENT
              + ", was "
              + alignment);
    }
    return alignment;
  }

  /** The tensors with offsets in the file, each of which begins where the one before it ends. */
  private static List<TensorInfo> placed(
      HeaderReader in, List<TensorInfo> tensors, long base, int alignment) {
    List<TensorInfo> placed = new ArrayList<>();
    Set<String> names = new HashSet<>();
    long end = 0;
    for (TensorInfo tensor : tensors) {
      String at = JsonFile.shown(tensor.name());
      if (!names.add(tensor.name())) {
        throw in.wrong("has the tensor " + at + " twice");
      }
      if (tensor.offset() != end) {
        throw in.wrong(
            "has the tensor "
                + at
                + " at offset "
                + Long.toUnsignedString(tensor.offset())
                + ", but the one before it ends at "
                + end
                + "; tensors must follow each other");
      }
      if (tensor.bytes() > in.size() - base - end) {
        throw in.wrong(
            "is truncated: tensor "
                + at
                + " ends at byte "
                + (base + end + tensor.bytes())
                + " and the file has "
                + in.size()
                + "; copy it again");
      }
      placed.add(new TensorInfo(tensor.name(), tensor.type(), tensor.shape(), base + end));
      end = aligned(end + tensor.bytes(), alignment);
    }
    return placed;
  }

  private static long aligned(long position, int alignment) {
    return (position + alignment - 1) / alignment * alignment;
  }
}
