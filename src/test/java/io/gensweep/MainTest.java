package io.gensweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  private static final int CLASS_FILE_OF_JAVA_8 = 52;

  @ParameterizedTest
  @ValueSource(strings = {"1.8", "9", "11", "16", "23", "25"})
  void aJavaThatCannotRunTheProgramIsNamedInOneLine(String version) {
    assertThat(Main.refusal(version, "/opt/java"))
        .isEqualTo(
            "JAVA_HOME: the Java in /opt/java is version %s, and Spark with this program needs"
                    .formatted(version.replace("1.8", "8"))
                + " 17 to 22; set JAVA_HOME to a JDK 17");
  }

  @ParameterizedTest
  @ValueSource(strings = {"17", "21", "22"})
  void thisJavaCanRunIt(String version) {
    assertThat(Main.refusal(version, "/opt/java")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.4.8", "3.4.4", "3.50.0", "5.0.0", "40.1.0"})
  void aSparkThatItDoesNotRunOnIsNamedInOneLine(String version) {
    assertThat(Main.sparkRefusal(version))
        .isEqualTo(
            "SPARK_HOME: this is Spark %s, and the program needs Spark 3.5 or 4;".formatted(version)
                + " start it with the spark-submit of one of them");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.5.8", "4.0.5", "4.1.4", ""})
  void thisSparkCanRunIt(String version) {
    assertThat(Main.sparkRefusal(version)).isEmpty();
  }

  @Test
  void anOlderJavaLoadsTheClassThatRefusesIt() throws IOException {
    try (DataInputStream file = new DataInputStream(Main.class.getResourceAsStream("Main.class"))) {
      assertThat(file.readInt()).isEqualTo(0xCAFEBABE);
      file.readUnsignedShort();
      assertThat(file.readUnsignedShort()).isEqualTo(CLASS_FILE_OF_JAVA_8);
    }
    // Nested and anonymous classes would have files of their own; none may be of a later version.
    assertThat(Main.class.getDeclaredClasses()).isEmpty();
  }
}
