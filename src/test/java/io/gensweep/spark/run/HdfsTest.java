package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.files.FileAccess;
import io.gensweep.job.JobError;
import io.gensweep.job.ResolvedJob;
import io.gensweep.output.OutputLock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model, prompts and output on a real HDFS. */
class HdfsTest {
  private static final String PROMPTS = "data/prompts/quickstart.jsonl";

  private static final String OUT = "/out [1] {a,b}*?%20#";

  @TempDir static java.nio.file.Path folder;
  private static MiniDFSCluster cluster;
  private static FileSystem hdfs;

  @BeforeAll
  static void start() throws IOException {
    Configuration configuration = new Configuration();
    configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.toString());
    cluster = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
    hdfs = cluster.getFileSystem();
    hdfs.copyFromLocalFile(new Path(TinyJob.MODEL), new Path("/models/tiny [1] {a,b}*?%20#"));
    hdfs.copyFromLocalFile(new Path(PROMPTS), new Path("/prompts/[1] {a,b}*?%20#.jsonl"));
  }

  @AfterAll
  static void stop() {
    cluster.shutdown();
  }

  @Test
  void aRunResumesAndWritesTheBytesOfALocalOne() throws IOException {
    TinyRun first = TinyRun.of(job(OUT));
    assertThat(first.summary().rows()).isEqualTo(128);
    assertThat(names(OUT))
        .containsExactly(
            "README.md",
            "_SUCCESS",
            "_prompts",
            "completions",
            "manifest.json",
            "metrics.json",
            "report.json",
            "sweep.json");

    List<String> shards = names(OUT + "/completions");
    assertThat(hdfs.delete(new Path(OUT + "/completions", shards.get(1)), false)).isTrue();
    assertThat(hdfs.delete(new Path(OUT + "/_SUCCESS"), false)).isTrue();
    TinyRun.of(job(OUT));
    assertThat(names(OUT + "/completions")).isEqualTo(shards);
    assertThat(names(OUT)).contains("_SUCCESS").doesNotContain("_tmp", "_lock");

    java.nio.file.Path local = folder.resolve("local");
    TinyRun.of(
        TinyJob.of(java.nio.file.Path.of(PROMPTS), local, "sampling.n=2", "sampling.max_tokens=8"));
    assertThat(TinyRun.keyed(uri(OUT))).hasSize(128).isEqualTo(TinyRun.keyed(local.toString()));
  }

  @Test
  void oneRunAtATimeWrites() throws IOException {
    String place = uri("/locked");
    try (OutputLock lock = OutputLock.acquire(place, new FileAccess(hdfs.getConf()), () -> {})) {
      lock.requireHeld();
      assertThatThrownBy(() -> TinyRun.of(job("/locked")))
          .isInstanceOf(JobError.class)
          .hasMessageContaining("another run writes to it");
    }
    assertThat(hdfs.exists(new Path("/locked"))).isFalse();
  }

  private static ResolvedJob job(String out) {
    return TinyJob.of(
        java.nio.file.Path.of(PROMPTS),
        folder.resolve("local"),
        "sampling.n=2",
        "sampling.max_tokens=8",
        "model.path=" + uri("/models/tiny [1] {a,b}*?%20#"),
        "prompts.path=" + uri("/prompts/[1] {a,b}*?%20#.jsonl"),
        "output.path=" + uri(out));
  }

  private static String uri(String path) {
    return hdfs.getUri() + path;
  }

  private static List<String> names(String path) throws IOException {
    List<String> names = new ArrayList<>();
    for (FileStatus status : hdfs.listStatus(new Path(path))) {
      names.add(status.getPath().getName());
    }
    names.sort(null);
    return names;
  }
}
