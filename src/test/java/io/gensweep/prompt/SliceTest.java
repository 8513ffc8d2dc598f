package io.gensweep.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SliceTest {

  @Test
  void slicesHaveEveryItemOnceAndInOrderAndAreOfEqualLength() {
    for (int of = 1; of < 9; of++) {
      for (int size = 0; size < 30; size++) {
        List<Integer> all = IntStream.range(0, size).boxed().toList();
        int slices = of;
        List<List<Integer>> parts =
            IntStream.range(0, of).mapToObj(i -> new Slice(i, slices).of(all)).toList();
        assertThat(parts.stream().flatMap(List::stream).toList()).isEqualTo(all);
        int least = size / of;
        assertThat(parts).allMatch(part -> part.size() == least || part.size() == least + 1);
      }
    }
    assertThat(Slice.ALL.of(List.of(7))).containsExactly(7);
  }

  @Test
  void numbersAreChecked() {
    assertThatThrownBy(() -> new Slice(2, 2)).hasMessageContaining("slice must be in [0, 2)");
    assertThatThrownBy(() -> new Slice(0, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
