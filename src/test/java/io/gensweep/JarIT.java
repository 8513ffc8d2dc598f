package io.gensweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What the jar that users get carries, and by what licences. */
class JarIT {
  private static final Path JAR = Path.of(System.getProperty("gensweep.jar"));

  @Test
  void theOnlyBinariesAreForLinuxOnX86() throws IOException {
    assertThat(names())
        .filteredOn(name -> name.matches(".*\\.(so|dll|dylib|jnilib|a)(\\.\\d+)*"))
        .isNotEmpty()
        .allMatch(name -> name.matches(".*/linux-x86[-_]64/.*"));
  }

  @Test
  void everyLicenceThatTheNoticeNamesIsInTheJar() throws IOException {
    String notice = Files.readString(Path.of("NOTICE"));
    assertThat(text("META-INF/licenses/README.txt")).isEqualTo(notice);
    assertThat(text("META-INF/LICENSE")).isEqualTo(Files.readString(Path.of("LICENSE")));
    List<String> licences =
        notice
            .lines()
            .filter(line -> line.contains("META-INF/"))
            .map(line -> line.replaceFirst(".*(META-INF/[^ ;,]*).*", "$1"))
            .filter(place -> !place.endsWith("/"))
            .toList();
    assertThat(licences).hasSizeGreaterThan(4).isSubsetOf(names());
    assertThat(text("META-INF/licenses/libtorch.txt"))
        .contains("Facebook", "mkl-dnn", "sleef", "pocketfft");
  }

  private static List<String> names() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      return jar.stream().map(ZipEntry::getName).filter(name -> !name.endsWith("/")).toList();
    }
  }

  private static String text(String name) throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      return new String(
          jar.getInputStream(jar.getJarEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
