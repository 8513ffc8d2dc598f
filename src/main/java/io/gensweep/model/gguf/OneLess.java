package io.gensweep.model.gguf;

import io.gensweep.model.weights.ElementType;
import io.gensweep.model.weights.Encoding;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * Numbers that are stored with 1 added to them.
 *
 * @param stored the encoding of the sums
 */
record OneLess(Encoding stored) implements Encoding {

  OneLess {
    if (stored.readAs() != ElementType.F32) {
      throw new IllegalArgumentException("1 is subtracted in float32, not in " + stored.readAs());
    }
  }

  @Override
  public ElementType readAs() {
    return ElementType.F32;
  }

  @Override
  public long storedBytes(long elements) {
    return stored.storedBytes(elements);
  }

  @Override
  public void decode(ByteBuffer bytes, ByteBuffer read) {
    FloatBuffer numbers = read.asFloatBuffer();
    stored.decode(bytes, read);
    for (int i = 0; i < numbers.limit(); i++) {
      numbers.put(i, numbers.get(i) - 1);
    }
  }
}
