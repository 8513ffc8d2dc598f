package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.model.CpuFeatures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The environment that conf/spark-defaults names for clusters of mixed machines. */
class PinnedInstructionsIT {
  private static final Map<String, String> PIN =
      Map.of("ONEDNN_MAX_CPU_ISA", "AVX2", "ATEN_CPU_CAPABILITY", "avx2", "MKL_CBWR", "AVX2");

  private static final List<String> LOCAL = List.of("--master", "local[2]");

  @TempDir private Path folder;

  @Test
  void pinnedRunsShareTheirBitsAndSayWhatHeldThem() throws Exception {
    // Two processes, as of two machines.
    done(SparkSubmit.gensweep(PIN, LOCAL, job("first")));
    done(SparkSubmit.gensweep(PIN, List.of("--master", "local[1]"), job("second")));
    done(SharedDriver.gensweep(LOCAL, job("free")));
    assertThat(Files.readString(folder.resolve("first/manifest.json")))
        .contains("\"instructions\" : \"oneDNN avx2, ATen avx2, MKL CBWR=AVX2 on ");
    assertThat(compare("first", "second")).isEqualTo("same 256\n");

    SparkSubmit.Ended verified =
        SharedDriver.gensweep(
            LOCAL, "verify", folder.resolve("first").toString(), "--fraction", "1");
    assertThat(verified.output())
        .contains("gensweep: rows are computed otherwise here than in the run")
        .contains("instructions was oneDNN avx2, ATen avx2, MKL CBWR=AVX2 on ");
    // On a CPU with AVX-512 libtorch's sines and cosines may have other bits.
    boolean same = compare("first", "free").equals("same 256\n");
    assertThat(same || CpuFeatures.here().bfloat16Products()).isTrue();
    assertThat(verified.exitCode()).as(verified.output()).isEqualTo(same ? 0 : 1);
    if (!same) {
      assertThat(verified.output())
          .contains("It was made by another machine: ")
          .doesNotContain("the file was changed");
    }
  }

  private String compare(String one, String other) throws Exception {
    return SparkSubmit.python(
            "src/test/python/same_rows.py",
            folder.resolve(one).toString(),
            folder.resolve(other).toString())
        .output();
  }

  private String[] job(String output) {
    return new String[] {
      "run",
      "src/test/resources/jobs/sampled.yaml",
      "--set",
      "output.path=" + folder.resolve(output)
    };
  }

  private static void done(SparkSubmit.Ended ended) {
    assertThat(ended.exitCode()).as(ended.output()).isZero();
  }
}
