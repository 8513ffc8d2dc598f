package io.gensweep.token;

/** Keeps DJL from the network; call it before any of its classes loads a native library. */
public final class DjlOffline {
  private DjlOffline() {}

  /** Turns off downloads and the report of use that DJL sends when a library is first loaded. */
  public static void apply() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }
}
