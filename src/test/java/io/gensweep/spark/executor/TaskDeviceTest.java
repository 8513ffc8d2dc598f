package io.gensweep.spark.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.job.JobError;
import java.util.Map;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskDeviceTest {
  @ParameterizedTest
  @CsvSource({
    "auto,   3, cuda:3",
    "cuda,   3, cuda:3",
    "cuda:1, 3, cuda:1",
    "cpu,    3, cpu",
    "auto,    , cpu",
    "cuda,    , cuda:0",
    "cuda:1,  , cuda:1"
  })
  void aTaskComputesOnTheGpuThatSparkGaveItUnlessTheJobNamesAnother(
      String asked, String address, String device) {
    Map<String, ResourceInformation> resources = address == null ? Map.of() : gpus(address);
    assertThat(TaskDevice.of(asked, resources)).isEqualTo(device);
    assertThat(TaskDevice.isGpu(device)).isEqualTo(!device.equals("cpu"));
  }

  @Test
  void ofSeveralGpusATaskTakesTheFirst() {
    assertThat(TaskDevice.of("auto", gpus("2", "3"))).isEqualTo("cuda:2");
  }

  @ParameterizedTest
  @CsvSource({"gpu0", "0:1", "-1", "''", "0000:3B:00.0", "9999"})
  void anAddressThatIsNeitherANumberNorAUuidIsOneLine(String address) {
    assertThatThrownBy(() -> TaskDevice.of("auto", gpus(address)))
        .isInstanceOf(JobError.class)
        .hasMessage(
            "model.device: Spark gave the task the GPU \""
                + address
                + "\", which is neither an index nor a UUID (GPU-..., MIG-...); use a discovery"
                + " script such as conf/discover-gpus.sh, or set model.device to cpu");
  }

  private static Map<String, ResourceInformation> gpus(String... addresses) {
    return Map.of("gpu", new ResourceInformation("gpu", addresses));
  }
}
