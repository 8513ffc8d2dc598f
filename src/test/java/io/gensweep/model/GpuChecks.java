package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A process whose driver is the stand-in, so that no other test meets it: runs every check and
 * prints how each went, a line a check.
 */
final class GpuChecks {
  private GpuChecks() {}

  public static void main(String[] arguments) throws Exception {
    assertThat(Kernels.load()).isTrue();
    StandIn driver = new StandIn(Path.of(arguments[0]));
    try (GpuOperators gpu = new GpuOperators()) {
      for (Object checks :
          List.of(
              new GpuWorkChecks(gpu, driver),
              new GpuFaultChecks(gpu, driver),
              new GpuDecoderChecks())) {
        for (Method check : of(checks.getClass()).toList()) {
          System.out.println(check.getName() + " " + run(check, checks, driver));
        }
      }
    }
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  static List<String> names() {
    return Stream.of(GpuWorkChecks.class, GpuFaultChecks.class, GpuDecoderChecks.class)
        .flatMap(GpuChecks::of)
        .map(Method::getName)
        .toList();
  }

  private static Stream<Method> of(Class<?> checks) {
    return Stream.of(checks.getDeclaredMethods())
        .filter(method -> method.getModifiers() == 0 && !method.isSynthetic());
  }

  /** Every check leaves nothing on the devices, and the driver has nothing to complain of. */
  private static String run(Method check, Object checks, StandIn driver)
      throws IllegalAccessException {
    driver.reset();
    try {
      var unused = check.invoke(checks);
      assertThat(driver.complaints()).isEmpty();
      assertThat(driver.live()).isZero();
      return "passed";
    } catch (InvocationTargetException e) {
      return String.valueOf(e.getCause()).replaceAll("\\s+", " ");
    } catch (AssertionError e) {
      return String.valueOf(e).replaceAll("\\s+", " ");
    }
  }
}
