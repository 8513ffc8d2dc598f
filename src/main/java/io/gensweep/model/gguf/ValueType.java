package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigInteger;
import java.util.function.Function;

/** What a value of the metadata can be, in the order of the format's numbers. */
enum ValueType {
  UINT8(1, in -> whole(in.int8() & 0xff)),
  INT8(1, in -> whole(in.int8())),
  UINT16(2, in -> whole(in.int16() & 0xffff)),
  INT16(2, in -> whole(in.int16())),
  UINT32(4, in -> whole(in.int32() & 0xffff_ffffL)),
  INT32(4, in -> whole(in.int32())),
  FLOAT32(4, in -> decimal(Float.intBitsToFloat(in.int32()))),
  BOOL(1, ValueType::flag),
  STRING(8, in -> JsonNodeFactory.instance.textNode(in.text())),
  /** Values of one type, which are no arrays themselves. */
  ARRAY(12, in -> JsonNodeFactory.instance.missingNode()),
  UINT64(8, in -> unsigned(in.int64())),
  INT64(8, in -> whole(in.int64())),
  FLOAT64(8, in -> JsonNodeFactory.instance.numberNode(Double.longBitsToDouble(in.int64())));

  private final int leastBytes;

  @SuppressWarnings("ImmutableEnumChecker") // a function without state
  private final Function<HeaderReader, JsonNode> reading;

  ValueType(int leastBytes, Function<HeaderReader, JsonNode> reading) {
    this.leastBytes = leastBytes;
    this.reading = reading;
  }

  /** Reads the number of a type. */
  static ValueType read(HeaderReader in, String key) {
    int number = in.int32();
    if (number < 0 || number >= values().length) {
      throw in.wrong(
          "gives "
              + key
              + " a type of number "
              + Integer.toUnsignedString(number)
              + ", not 0 to 12");
    }
    return values()[number];
  }

  /** Bytes of a value; of a text and an array, at least. */
  int leastBytes() {
    return leastBytes;
  }

  /** Reads a value that is no array. */
  JsonNode read(HeaderReader in) {
    return reading.apply(in);
  }

  private static JsonNode whole(long value) {
    return JsonNodeFactory.instance.numberNode(value);
  }

  private static JsonNode unsigned(long bits) {
    return bits >= 0
        ? whole(bits)
        : JsonNodeFactory.instance.numberNode(new BigInteger(Long.toUnsignedString(bits)));
  }

  /** As the shortest decimal that is this float32: what config.json had before the conversion. */
  private static JsonNode decimal(float value) {
    return JsonNodeFactory.instance.numberNode(Double.parseDouble(Float.toString(value)));
  }

  private static JsonNode flag(HeaderReader in) {
    byte bits = in.int8();
    if (bits != 0 && bits != 1) {
      throw in.wrong("has a flag that is neither 0 nor 1, before byte " + in.position());
    }
    return JsonNodeFactory.instance.booleanNode(bits == 1);
  }
}
