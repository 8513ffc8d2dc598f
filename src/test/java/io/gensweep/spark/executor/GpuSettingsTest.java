package io.gensweep.spark.executor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.internal.config.ConfigEntry;
import org.apache.spark.internal.config.package$;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scala.collection.JavaConverters;

/** The settings for clusters with GPUs in conf/, as far as Spark's own code reads them here. */
class GpuSettingsTest {
  private static final Path CONF = Path.of("conf");
  private static final String SCRIPT = "spark.executor.resource.gpu.discoveryScript";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0",
        "0\\n1\\n10 | 0 1 10",
        "'' | ''",
        "GPU-6b7d\\nGPU-8c11 | GPU-6b7d GPU-8c11"
      })
  void theDiscoveryScriptPrintsWhatSparkReads(String listed, String addresses) throws Exception {
    nvidiaSmi(
        "[[ \"$*\" = '--query-gpu=index --format=csv,noheader' ]] && printf '" + listed + "\\n'");
    ResourceInformation found = ResourceInformation.parseJson(discovered(0));
    assertThat(found.name()).isEqualTo("gpu");
    assertThat(String.join(" ", found.addresses())).isEqualTo(addresses);
  }

  @Test
  void theDiscoveryScriptFailsWhereNvidiaSmiDoes() throws Exception {
    nvidiaSmi("echo 'No devices were found'; exit 6");
    assertThat(discovered(6)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"standalone", "yarn", "kubernetes"})
  void everySettingIsSparksOwnAndNoCoreOfAnExecutorIsIdle(String kind) {
    Map<String, String> settings = settings(kind);
    assertThat(package$.MODULE$).as("Spark's settings are read").isNotNull();
    assertThat(settings.keySet())
        .allMatch(
            key ->
                key.matches("spark\\.(executor|task)\\.resource\\.gpu\\.\\w+")
                    || key.startsWith("spark.executorEnv.")
                    || key.equals("spark.kubernetes.executor.podTemplateFile")
                    || ConfigEntry.findEntry(key) != null,
            "a setting of Spark");
    double gpus = Double.parseDouble(settings.get("spark.executor.resource.gpu.amount"));
    double each = Double.parseDouble(settings.get("spark.task.resource.gpu.amount"));
    assertThat(gpus / each)
        .isEqualTo(Double.parseDouble(settings.get("spark.executor.cores")))
        .isGreaterThan(1);
    assertThat(settings).containsEntry("spark.executorEnv.CUDA_DEVICE_ORDER", "PCI_BUS_ID");
  }

  @Test
  void thePodTemplateIsThatOfAnExecutor() throws IOException {
    Path template =
        Path.of(settings("kubernetes").get("spark.kubernetes.executor.podTemplateFile"));
    JsonNode pod = new YAMLMapper().readTree(template.toFile());
    assertThat(pod.path("kind").asText()).isEqualTo("Pod");
    JsonNode containers = pod.at("/spec/containers");
    assertThat(containers).hasSize(1);
    // DEFAULT_EXECUTOR_CONTAINER_NAME of org.apache.spark.deploy.k8s.Constants.
    assertThat(containers.at("/0/name").asText()).isEqualTo("spark-kubernetes-executor");
    assertThat(containers.at("/0/env/0/name").asText()).isEqualTo("NVIDIA_DRIVER_CAPABILITIES");
    assertThat(containers.at("/0/env/0/value").asText()).isEqualTo("compute,utility");
    assertThat(containers.at("/0/volumeMounts/0/name")).isEqualTo(pod.at("/spec/volumes/0/name"));
  }

  @Test
  void theImageHasTheScriptThatKubernetesRunsAndTheJarThatItsCommandNames() throws IOException {
    String image = Files.readString(CONF.resolve("Dockerfile"));
    assertThat(image)
        .contains("COPY --chmod=755 conf/discover-gpus.sh /opt/gensweep/")
        .contains("COPY --chmod=644 target/gensweep.jar /opt/gensweep/")
        .contains("NVIDIA_DRIVER_CAPABILITIES=compute,utility");
    assertThat(settings("kubernetes")).containsEntry(SCRIPT, "/opt/gensweep/discover-gpus.sh");
    assertThat(Files.readString(CONF.resolve("spark-defaults-kubernetes-gpu.conf")))
        .contains("local:///opt/gensweep/gensweep.jar");
    assertThat(settings("yarn"))
        .containsEntry(SCRIPT, "./discover-gpus.sh")
        .containsEntry("spark.files", "conf/discover-gpus.sh");
  }

  /** As spark-submit reads a file of settings. */
  private static Map<String, String> settings(String kind) {
    return JavaConverters.mapAsJavaMap(
        Utils.getPropertiesFromFile(
            CONF.resolve("spark-defaults-" + kind + "-gpu.conf").toString()));
  }

  private void nvidiaSmi(String does) throws IOException {
    Path program = folder.resolve("nvidia-smi");
    Files.writeString(program, "#!/usr/bin/env bash\n" + does + "\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }

  /** What the script prints where that nvidia-smi is the first in PATH. */
  private String discovered(int exitCode) throws Exception {
    ProcessBuilder script = new ProcessBuilder(CONF.resolve("discover-gpus.sh").toString());
    script.environment().merge("PATH", folder.toString(), (old, first) -> first + ":" + old);
    Process process = script.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isEqualTo(exitCode);
    return printed;
  }
}
