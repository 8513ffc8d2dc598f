package io.gensweep;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SessionTest {
  @Test
  void timesAreThoseOfJavaTimeInUtc() {
    LocalSpark.session().conf().set("spark.sql.datetime.java8API.enabled", "false");
    var conf = Session.open("test").conf();
    assertThat(conf.get("spark.sql.datetime.java8API.enabled")).isEqualTo("true");
    assertThat(conf.get("spark.sql.session.timeZone")).isEqualTo("UTC");
  }
}
