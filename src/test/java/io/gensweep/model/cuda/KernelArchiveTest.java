package io.gensweep.model.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.job.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelArchiveTest {
  @ParameterizedTest
  @CsvSource({
    "80, sm_80",
    "86, sm_80",
    "89, sm_80",
    "90, sm_90",
    "100, sm_100",
    "103, ptx",
    "120, sm_120",
    "121, ptx",
    "130, ptx"
  })
  void aCardGetsWhatRunsOnIt(int capability, String name) {
    for (DType dtype : new DType[] {DType.BFLOAT16, DType.FLOAT32}) {
      assertThat(KernelArchive.of(capability, dtype).orElseThrow().name())
          .isEqualTo(name + "-" + dtype + ".zip");
    }
  }

  @Test
  void olderCardsAndOtherTypesHaveNone() {
    assertThat(KernelArchive.of(75, DType.BFLOAT16)).isEmpty();
    assertThat(KernelArchive.of(90, DType.INT8)).isEmpty();
  }

  @Test
  void tilesFollowRowsAndOutputs() {
    KernelArchive archive = KernelArchive.of(90, DType.BFLOAT16).orElseThrow();
    assertThat(archive.tile("down", 2048, 16)).isEqualTo(archive.tile("down", 2048, 1));
    assertThat(archive.tile("down", 2048, 17)).isNotEqualTo(archive.tile("down", 2048, 16));
    assertThat(archive.tile("qkv", 6144, 16)).isNotEqualTo(archive.tile("qkv", 3072, 16));
    assertThat(archive.tile("head", 128256, 4096).rows()).isEqualTo(256);
  }
}
