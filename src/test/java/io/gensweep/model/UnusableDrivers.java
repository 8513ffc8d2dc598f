package io.gensweep.model;

import ai.djl.translate.TranslateException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A process that counts GPUs by one driver after another, put where it looks for them, and prints
 * what it is told: none, a broken one, an old one, one without devices, one with them.
 */
final class UnusableDrivers {
  private UnusableDrivers() {}

  public static void main(String[] arguments) throws Exception {
    Path place = Path.of(arguments[0]).resolve(StandIn.NAME);
    boolean loaded = Kernels.load();
    try (GpuOperators gpu = new GpuOperators()) {
      Files.writeString(place, "no library ".repeat(100));
      say(gpu);
      put(Path.of(arguments[1]), place);
      say(gpu);
      put(Path.of(arguments[2]), place);
      StandIn driver = new StandIn(place);
      driver.devices(0);
      say(gpu);
      driver.devices(1);
      say(gpu);
    }
    System.out.flush();
    Runtime.getRuntime().halt(loaded ? 0 : 1);
  }

  private static void put(Path library, Path place) throws Exception {
    // A new file: what is loaded of the old one stays as it is.
    Files.delete(place);
    Files.copy(library, place, StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static void say(GpuOperators gpu) {
    try {
      System.out.println(gpu.number("gpu_count"));
    } catch (TranslateException e) {
      System.out.println(GpuOperators.line(e));
    }
  }
}
