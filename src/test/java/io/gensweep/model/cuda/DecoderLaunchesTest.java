package io.gensweep.model.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Launches are those of {@code src/main/native/cuda/step.py}, which a trial on a card compares with
 * Hugging Face; {@code record_gpu_launches.py} wrote them down.
 */
class DecoderLaunchesTest {
  private static final KernelArchive ARCHIVE = KernelArchive.of(90, DType.BFLOAT16).orElseThrow();

  static Stream<JsonNode> cases() throws IOException {
    JsonNode all =
        new ObjectMapper().readTree(DecoderLaunchesTest.class.getResource("launches.json"));
    return StreamSupport.stream(all.spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void launchesAreThoseOfTheTrial(JsonNode recorded) {
    Map<Long, Kernel> functions = new HashMap<>();
    DecoderLaunches launches = launches(recorded.get("norm_heads").asBoolean(), functions);
    List<Launch> found = read(words(recorded, launches), functions);
    JsonNode expected = recorded.get("launches");
    assertThat(found.stream().map(launch -> launch.kernel))
        .containsExactlyElementsOf(
            StreamSupport.stream(expected.spliterator(), false)
                .map(launch -> ARCHIVE.kernel(launch.get("kernel").asText()))
                .toList());
    Map<Long, Integer> buffers = new HashMap<>();
    for (int i = 0; i < found.size(); i++) {
      JsonNode launch = expected.get(i);
      String name = i + " " + launch.get("kernel").asText();
      assertThat(found.get(i).grid).as(name).isEqualTo(numbers(launch.get("grid")));
      assertThat(found.get(i).comparable(launch.get("arguments"), buffers))
          .as(name)
          .isEqualTo(recordedArguments(launch.get("arguments")));
    }
  }

  private static long[] words(JsonNode recorded, DecoderLaunches launches) {
    StepInput in = new StepInput(9001, 9002, 9003, 9004, 9005, 9006);
    StepOutput out = new StepOutput(9101, 9102, 9103);
    if (recorded.get("kind").asText().equals("decode")) {
      return launches.decode(recorded.get("rows").asInt(), in, out);
    }
    int tokens = recorded.get("tokens").asInt();
    // 64 rows of a tile, 4 query heads to a key.
    Launches all = launches.prefill(tokens, in, 9007, (tokens + 15) / 16, true);
    launches.score(all, recorded.get("asked").asInt(), 9008, 9009, 9010, in, out);
    long[] words = all.words();
    // The trial does not pick logits.
    int pick = 8 + 2 * 8;
    return LongStream.of(words).limit(words.length - pick).toArray();
  }

  private static DecoderLaunches launches(boolean normsHeads, Map<Long, Kernel> functions) {
    ModelSizes sizes =
        new ModelSizes(
            2048, 8192, 2, 32, 8, 64, 128256, 0.125, 1 << 30, 1e-5, normsHeads ? 1e-5 : 0, 2);
    List<LayerAddresses> layers = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      long at = 100L * i;
      layers.add(
          new LayerAddresses(
              at, at + 1, 0, at + 2, at + 3, at + 4, 0, at + 5, at + 6, at + 7, at + 8));
    }
    return new DecoderLaunches(
        ARCHIVE,
        kernel -> {
          long function = 1_000_000L + functions.size();
          functions.put(function, kernel);
          return function;
        },
        sizes,
        new ModelAddresses(1, 2, 3, 4, 5, layers, 1 << 20),
        new Scratch(11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22),
        32,
        4096);
  }

  /**
   * One launch, read back.
   *
   * @param arguments of which one is a kind and a value; a tensor map counts as its address
   */
  private record Launch(Kernel kernel, List<Long> grid, List<long[]> arguments) {
    /**
     * What the recorder would have written: buffers by the order in which they are met, what a
     * kernel does not read as nothing.
     */
    List<Object> comparable(JsonNode recorded, Map<Long, Integer> buffers) {
      List<Object> all = new ArrayList<>();
      for (int i = 0; i < recorded.size(); i++) {
        long[] argument = arguments.get(i);
        if (recorded.get(i).isNull()) {
          all.add("unread");
        } else if (argument[0] == 2) {
          all.add(Float.intBitsToFloat((int) argument[1]));
        } else if (argument[0] == 1) {
          all.add((int) argument[1]);
        } else {
          all.add("buffer " + buffers.computeIfAbsent(argument[1], any -> buffers.size()));
        }
      }
      return all;
    }
  }

  private static List<Object> recordedArguments(JsonNode recorded) {
    List<Object> all = new ArrayList<>();
    for (JsonNode argument : recorded) {
      if (argument.isNull()) {
        all.add("unread");
      } else if (argument.isArray()) {
        all.add("buffer " + argument.get(1).asInt());
      } else if (argument.isFloatingPointNumber()) {
        all.add((float) argument.asDouble());
      } else {
        all.add(argument.asInt());
      }
    }
    return all;
  }

  private static List<Long> numbers(JsonNode numbers) {
    return StreamSupport.stream(numbers.spliterator(), false).map(JsonNode::asLong).toList();
  }

  private static List<Launch> read(long[] words, Map<Long, Kernel> functions) {
    List<Launch> launches = new ArrayList<>();
    for (int at = 0; at < words.length; ) {
      Kernel kernel = functions.get(words[at]);
      List<Long> grid = List.of(words[at + 1], words[at + 2], words[at + 3]);
      assertThat(words[at + 4]).isEqualTo(kernel.threads());
      assertThat(words[at + 5]).isEqualTo(kernel.shared());
      assertThat(words[at + 6]).as("may start early").isEqualTo(1);
      long count = words[at + 7];
      at += 8;
      List<long[]> arguments = new ArrayList<>();
      int skipped = 0;
      for (long i = 0; i < count; i++) {
        boolean map = words[at] == 3;
        if (skipped > 0) {
          skipped--;
        } else {
          arguments.add(new long[] {map ? 0 : words[at], words[at + 1]});
        }
        // Sizes and strides of a map are the four arguments that follow it.
        skipped += map ? 4 : 0;
        at += map ? 8 : 2;
      }
      launches.add(new Launch(kernel, grid, arguments));
    }
    return launches;
  }
}
