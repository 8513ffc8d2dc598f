package io.gensweep.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A prompt of a family's shape and HF's answers. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FamilyText(
    int[] prompt,
    List<Integer> ids,
    double[] logprobs,
    double[] promptLogprobs,
    double[] bfloat16,
    double[] bfloat16Prompt) {
  /** All prompts of a shape. */
  static List<FamilyText> of(JsonNode shape) {
    return StreamSupport.stream(shape.get("prompts").spliterator(), false)
        .map(FamilyText::read)
        .toList();
  }

  private static FamilyText read(JsonNode json) {
    return new FamilyText(
        ints(json.get("prompt_ids")).mapToInt(i -> i).toArray(),
        ints(json.get("ids")).toList(),
        doubles(json.get("logprobs")).toArray(),
        doubles(json.get("prompt_logprobs")).toArray(),
        doubles(json.get("bfloat16_logprobs")).toArray(),
        doubles(json.get("bfloat16_prompt_logprobs")).toArray());
  }

  /** Prompt and continuation. */
  int[] whole() {
    return IntStream.concat(IntStream.of(prompt), ids.stream().mapToInt(i -> i)).toArray();
  }

  /** What is scored: all of it, or where values depend on the length of the text the prompt. */
  int[] scoredIds(boolean byLength) {
    return byLength ? prompt : whole();
  }

  /** HF's log-probs of all tokens of those but the first. */
  double[] scored(boolean byLength) {
    if (byLength) {
      return promptLogprobs;
    }
    double[] all = Arrays.copyOf(promptLogprobs, promptLogprobs.length + logprobs.length);
    System.arraycopy(logprobs, 0, all, promptLogprobs.length, logprobs.length);
    return all;
  }

  private static Stream<Integer> ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::intValue);
  }

  private static DoubleStream doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToDouble(JsonNode::doubleValue);
  }
}
