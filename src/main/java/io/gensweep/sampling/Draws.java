package io.gensweep.sampling;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Generates the uniform numbers of one sequence, each a function of its address (seed, prompt id,
 * sample index, position) and of nothing else.
 *
 * <p>The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
 * easy as 1, 2, 3", 2011). Key: the low and the high half of the seed. Counter: position, sample
 * index, and the first eight bytes, little endian, of the SHA-256 of the prompt id in UTF-8. Sweep
 * points share their numbers on purpose.
 */
public final class Draws {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;

  private final long seed;
  private final int sampleIndex;
  private final int hash0;
  private final int hash1;

  public Draws(long seed, String promptId, int sampleIndex) {
    ByteBuffer hash = ByteBuffer.wrap(sha256(promptId)).order(ByteOrder.LITTLE_ENDIAN);
    this.seed = seed;
    this.sampleIndex = sampleIndex;
    this.hash0 = hash.getInt();
    this.hash1 = hash.getInt();
  }

  /**
   * The uniform number of a position: in [0, 1), a multiple of 2^-53.
   *
   * @param position index of the token in the continuation, from 0
   */
  public double uniform(int position) {
    int[] block = philox(position, sampleIndex, hash0, hash1, (int) seed, (int) (seed >>> 32));
    long bits = Integer.toUnsignedLong(block[0]) << 32 | Integer.toUnsignedLong(block[1]);
    return (bits >>> 11) * 0x1.0p-53;
  }

  /** Computes the four 32-bit words of one Philox block. */
  static int[] philox(int c0, int c1, int c2, int c3, int k0, int k1) {
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * Integer.toUnsignedLong(c0);
      long product1 = MULTIPLIER_1 * Integer.toUnsignedLong(c2);
      c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c3 = (int) product0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    return new int[] {c0, c1, c2, c3};
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
