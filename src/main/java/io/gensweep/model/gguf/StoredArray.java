package io.gensweep.model.gguf;

/**
 * An array of the metadata, left where it lies: vocabularies are most of a header, and only who
 * makes a tokenizer needs them.
 *
 * @param position of the first value in the file
 */
record StoredArray(ValueType type, int count, long position) {

  /** Reads what comes before the values, and passes over these. */
  static StoredArray read(HeaderReader in, String key) {
    ValueType type = ValueType.read(in, key);
    if (type == ValueType.ARRAY) {
      throw in.wrong("has an array of arrays, " + key + ", which llama.cpp does not read either");
    }
    int count = in.count(HeaderReader.MOST_BYTES, type.leastBytes(), "values of " + key);
    StoredArray array = new StoredArray(type, count, in.position());
    if (type == ValueType.STRING) {
      for (int i = 0; i < count; i++) {
        in.skipText();
      }
    } else {
      in.skip((long) count * type.leastBytes());
    }
    return array;
  }
}
