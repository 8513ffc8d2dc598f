package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * NVIDIA's driver where there is none: {@code src/test/native} built as {@code libcuda.so.1}, in
 * the process that loads it.
 */
final class StandIn {
  static final String NAME = "libcuda.so.1";

  private static final Path SOURCES = Path.of("src/test/native");

  private final NativeLibrary library;

  StandIn(Path file) {
    library = NativeLibrary.getInstance(file.toString());
  }

  /** Compiles it by the pinned Zig of the tests' Python. */
  static Path build(Path folder, String... options) throws IOException, InterruptedException {
    Path file = Files.createDirectories(folder).resolve(NAME);
    List<String> compiler =
        List.of(System.getProperty("gensweep.python"), "-m", "ziglang", "cc", "-target");
    List<String> flags =
        List.of("x86_64-linux-gnu.2.17", "-std=gnu17", "-O1", "-g0", "-Wall", "-Werror", "-shared");
    List<String> rest =
        List.of("-fPIC", "-fno-sanitize=all", "-Isrc/main/native", "-Wl,-soname," + NAME);
    List<String> sources;
    try (Stream<Path> files = Files.list(SOURCES)) {
      sources = files.map(Path::toString).filter(name -> name.endsWith(".c")).sorted().toList();
    }
    Process process =
        new ProcessBuilder(
                Stream.of(
                        compiler,
                        flags,
                        rest,
                        List.of(options),
                        sources,
                        List.of("-o", file.toString()))
                    .flatMap(List::stream)
                    .toList())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return file;
  }

  /** Counts and tells anew. */
  void reset() {
    failAt(0, 0);
  }

  /** As {@link #reset}; the call of this number gives the error. */
  void failAt(long call, int error) {
    library.getFunction("standin_reset").invokeVoid(new Object[] {call, error});
  }

  void devices(int count) {
    library.getFunction("standin_devices").invokeVoid(new Object[] {count});
  }

  /** How often the driver was called. */
  long calls() {
    return library.getFunction("standin_calls").invokeLong(new Object[0]);
  }

  /** Contexts, streams, memory and what else was made and is not freed. */
  int live() {
    return library.getFunction("standin_live").invokeInt(new Object[0]);
  }

  /** What devices did, one a line, in the order in which they did it. */
  String told() {
    return library.getFunction("standin_told").invokeString(new Object[0], false);
  }

  /** What a driver does not forgive. */
  String complaints() {
    return library.getFunction("standin_complaints").invokeString(new Object[0], false);
  }
}
