package io.gensweep;

import org.apache.spark.sql.SparkSession;

/** One Spark session in this JVM for every test that needs one. */
public final class LocalSpark {
  private LocalSpark() {}

  public static SparkSession session() {
    return SparkSession.builder()
        .master("local[2]")
        .appName("tests")
        .config("spark.ui.enabled", false)
        // What running tasks have done is known by their heartbeats.
        .config("spark.executor.heartbeatInterval", "300ms")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", 4)
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.datetime.java8API.enabled", "true")
        .config("spark.sql.catalogImplementation", "in-memory")
        .getOrCreate();
  }
}
