package io.gensweep.model;

import io.gensweep.model.kv.BlockPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs the decoder's text into the archive that libtorch loads: a zip of stored entries with the
 * code, a pickle of one {@code Decoder}, and no weights. Attributes have the values that are given
 * for their names; the others are zeros and empty lists.
 */
final class DecoderProgram {
  private static final Pattern ATTRIBUTE =
      Pattern.compile("^  (\\w+) : (bool|int|float|List\\[[\\w.]+])(?:  #.*)?$", Pattern.MULTILINE);

  /** What comes before the attributes of the decoder; those of smaller parts it makes itself. */
  private static final String DECODER = "class Decoder(Module):";

  private static final int HASH_DIGITS = 16;

  private DecoderProgram() {}

  /**
   * The program of a backend.
   *
   * @param constants of the program, by the names of its attributes: whole numbers, doubles and
   *     booleans
   */
  static byte[] archive(Backend backend, Map<String, Object> constants) {
    return archive(code(backend), constants);
  }

  /** Identifies the program and the sizes that it is called with: others may give other bits. */
  static String hash(Backend backend) {
    return hash(code(backend), TorchDecoder.CALL_TOKENS, BlockPool.BLOCK);
  }

  /**
   * The start of a SHA-256.
   *
   * @param span most tokens of one prefill call
   * @param block tokens of one block of the KV cache
   */
  static String hash(String code, int span, int block) {
    return Sha256.hex(code + "\n# " + span + " " + block).substring(0, HASH_DIGITS);
  }

  private static String code(Backend backend) {
    return backend.texts().stream().map(DecoderProgram::text).collect(Collectors.joining("\n"));
  }

  static byte[] archive(String code, Map<String, Object> constants) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "m/data.pkl", pickle(code, constants));
      store(zip, "m/code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
      store(zip, "m/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
      store(zip, "m/version", "3\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static String text(String name) {
    try (InputStream in = DecoderProgram.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Pickle protocol 2 (PEP 307) of the module's attributes, as {@code torch.jit.save} writes them.
   */
  private static byte[] pickle(String code, Map<String, Object> constants) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ascii("\u0080\u0002c__torch__\nDecoder\n)\u0081}("));
    Map<String, Object> left = new HashMap<>(constants);
    Matcher attribute = ATTRIBUTE.matcher(code.substring(code.indexOf(DECODER)));
    while (attribute.find()) {
      byte[] name = ascii(attribute.group(1));
      Object value = left.remove(attribute.group(1));
      out.write('X');
      out.writeBytes(length(name));
      out.writeBytes(name);
      out.writeBytes(value(attribute.group(2), Optional.ofNullable(value)));
    }
    if (!left.isEmpty()) {
      throw new IllegalArgumentException("the program has no attributes " + left.keySet());
    }
    out.writeBytes(ascii("ub."));
    return out.toByteArray();
  }

  private static byte[] value(String type, Optional<Object> value) {
    return switch (type) {
      case "bool" -> ascii(value.isPresent() && (Boolean) value.get() ? "\u0088" : "\u0089");
      case "int" -> integer((Integer) value.orElse(0));
      case "float" ->
          ByteBuffer.allocate(9).put((byte) 'G').putDouble((Double) value.orElse(0.0)).array();
      case "List[Tensor]" -> ascii("ctorch.jit._pickle\nbuild_tensorlist\n(](etR");
      default -> emptyList(ascii(type));
    };
  }

  private static byte[] emptyList(byte[] type) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ascii("ctorch.jit._pickle\nrestore_type_tag\n]X"));
    out.writeBytes(length(type));
    out.writeBytes(type);
    out.writeBytes(ascii("\u0086R"));
    return out.toByteArray();
  }

  private static byte[] length(byte[] text) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(text.length).array();
  }

  private static byte[] integer(int value) {
    return ByteBuffer.allocate(5)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 'J')
        .putInt(value)
        .array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
