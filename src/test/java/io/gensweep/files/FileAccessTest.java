package io.gensweep.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class FileAccessTest {
  @Test
  void whatTheDriverHasArrivesAndNothingElse() throws Exception {
    Configuration driver = new Configuration();
    driver.set("fs.s3a.secret.key", "a=b\n");
    driver.set("gensweep.twice", "${fs.s3a.secret.key}!");
    driver.unset("io.file.buffer.size");
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(sent)) {
      out.writeObject(new FileAccess(driver));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(sent.toByteArray()))) {
      Configuration executor = ((FileAccess) in.readObject()).configuration();
      assertThat(executor.get("fs.s3a.secret.key")).isEqualTo("a=b\n");
      assertThat(executor.get("gensweep.twice")).isEqualTo("a=b\n!");
      assertThat(executor.get("io.file.buffer.size")).isNull();
      assertThat(executor.get("fs.defaultFS")).isEqualTo(driver.get("fs.defaultFS"));
    }
  }
}
