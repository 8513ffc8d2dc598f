package io.gensweep.job;

import static io.gensweep.job.JobText.least;
import static io.gensweep.job.JobText.setting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.sampling.SamplingConfig;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SweepGridTest {
  private final SamplingConfig defaults = SamplingConfig.defaults();

  @Test
  void theFirstAxisIsTheSlowest() {
    String yaml = JobText.LEAST + "sweep: {temperature: [0, 0.7, 1], top_p: [0.9, 1.0]}";
    SweepGrid grid = JobText.resolve(yaml).spec().sweep();
    assertThat(grid.points())
        .extracting(SweepPoint::name)
        .containsExactly(
            "temperature=0.0,top_p=0.9",
            "temperature=0.0,top_p=1.0",
            "temperature=0.7,top_p=0.9",
            "temperature=0.7,top_p=1.0",
            "temperature=1.0,top_p=0.9",
            "temperature=1.0,top_p=1.0");
    assertThat(grid.points().get(2))
        .isEqualTo(
            new SweepPoint(
                2,
                "temperature=0.7,top_p=0.9",
                defaults.withTemperature(0.7).withTopP(0.9),
                Set.of("top_p", "temperature")));
  }

  @Test
  void threeAxesGiveEachCombinationOnce() {
    SweepGrid grid = least("sweep={n: [1, 2], seed: [3, 4, 5], top_k: [0, 7]}").spec().sweep();
    assertThat(grid.points()).hasSize(12);
    assertThat(grid.points()).extracting(SweepPoint::sampling).doesNotHaveDuplicates();
    assertThat(grid.points().get(7).sampling())
        .isEqualTo(defaults.withN(2).withSeed(3).withTopK(7));
  }

  @Test
  void pointsOverrideTheSamplingOfTheJob() {
    SweepGrid grid =
        least(
                "sampling.max_tokens=5",
                "sweep.points=[{}, {name: hot, temperature: 2, stop: x}, {max_new_tokens: 9}]")
            .spec()
            .sweep();
    SamplingConfig base = defaults.withMaxTokens(5);
    assertThat(grid.points())
        .containsExactly(
            new SweepPoint(0, "default", base, Set.of()),
            new SweepPoint(
                1,
                "hot",
                base.withTemperature(2).withStop(List.of("x")),
                Set.of("temperature", "stop")),
            new SweepPoint(2, "max_tokens=9", base.withMaxTokens(9), Set.of("max_tokens")));
  }

  @Test
  void anAxisOfListsHasAListAtEachPoint() {
    SweepGrid grid = least("sweep.stop=[\"a\", [\"b\", \"\\n\"], []]").spec().sweep();
    assertThat(grid.points())
        .extracting(SweepPoint::name)
        .containsExactly("stop=[\"a\"]", "stop=[\"b\",\"\\n\"]", "stop=[]");
  }

  @Test
  void theCommandLineReplacesAnAxisInItsPlace() {
    String yaml = JobText.LEAST + "sweep: {temperature: [0, 1], top_p: [0.9]}";
    ResolvedJob job = JobText.resolve(yaml, "sweep.temperature=[0.5]");
    assertThat(job.spec().sweep().points())
        .extracting(SweepPoint::name)
        .containsExactly("temperature=0.5,top_p=0.9");
    assertThat(setting(job, "sweep.temperature")).isEqualTo("[0.5] (command_line)");
    assertThat(setting(job, "sweep.top_p")).isEqualTo("[0.9] (job_file)");
  }

  @Test
  void theCommandLineTakesAxesAway() {
    String yaml = JobText.LEAST + "sweep: {temperature: [0, 1], top_p: [0.9]}";
    assertThat(JobText.resolve(yaml, "sweep.temperature=null").spec().sweep().points())
        .extracting(SweepPoint::name)
        .containsExactly("top_p=0.9");
    ResolvedJob none = JobText.resolve(yaml, "sweep=null");
    assertThat(none.spec().sweep()).isEqualTo(SweepGrid.of(defaults));
    assertThat(none.settings()).extracting(Setting::key).noneMatch(k -> k.startsWith("sweep"));
    assertThat(JobText.resolve(yaml, "sweep.seed=[1]", "sweep=null").spec().sweep().points())
        .extracting(SweepPoint::name)
        .containsExactly("seed=1");
  }

  @Test
  void aGridIsNeverEmptyAndItsNamesDiffer() {
    assertThatThrownBy(() -> new SweepGrid(List.of()))
        .hasMessage("points must hold at least one point");
    SweepPoint point = new SweepPoint(0, "a", defaults, Set.of());
    assertThatThrownBy(
            () -> new SweepGrid(List.of(point, new SweepPoint(1, "a", defaults, Set.of()))))
        .hasMessage("points must differ, was a twice");
    assertThatThrownBy(() -> new SweepGrid(List.of(point, point)))
        .hasMessage("points must be in order, was 0 at 1");
  }
}
