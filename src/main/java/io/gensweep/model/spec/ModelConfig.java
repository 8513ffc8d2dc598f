package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Reads a {@code config.json} into a {@link DecoderSpec}, by its {@code model_type}. A key that
 * would change what is computed, and is not in the spec, is refused and never ignored.
 */
public final class ModelConfig {
  /** How the configs of one {@code model_type} are read, and what transformers calls its class. */
  private record Family(String architecture, Function<ConfigValues, DecoderSpec> reader) {}

  private static final Map<String, Family> FAMILIES =
      new TreeMap<>(
          Map.ofEntries(
              family("apertus", "ApertusForCausalLM", ApertusConfig::read),
              family("cohere", "CohereForCausalLM", CohereConfig::readCohere),
              family("cohere2", "Cohere2ForCausalLM", CohereConfig::readCohere2),
              family("ernie4_5", "Ernie4_5ForCausalLM", Ernie45Config::read),
              family("exaone4", "Exaone4ForCausalLM", Exaone4Config::read),
              family("falcon", "FalconForCausalLM", FalconConfig::read),
              family("gemma2", "Gemma2ForCausalLM", GemmaConfig::readGemma2),
              family("gemma3_text", "Gemma3ForCausalLM", GemmaConfig::readGemma3),
              family("gemma4_text", "Gemma4ForConditionalGeneration", Gemma4Config::read),
              family(
                  "gemma4_unified_text",
                  "Gemma4UnifiedForConditionalGeneration",
                  Gemma4Config::readUnified),
              family("glm4", "Glm4ForCausalLM", Glm4Config::read),
              family("glm4_moe", "Glm4MoeForCausalLM", Glm4Config::readMoe),
              family("gpt2", "GPT2LMHeadModel", Gpt2Config::read),
              family("gpt_neox", "GPTNeoXForCausalLM", GptNeoxConfig::read),
              family("gpt_oss", "GptOssForCausalLM", GptOssConfig::read),
              family("granite", "GraniteForCausalLM", GraniteConfig::read),
              family("granitemoe", "GraniteMoeForCausalLM", GraniteConfig::readMoe),
              family("hunyuan_v1_dense", "HunYuanDenseV1ForCausalLM", HunYuanConfig::read),
              family("llama", "LlamaForCausalLM", LlamaConfig::read),
              family(
                  "ministral3", "Mistral3ForConditionalGeneration", MistralConfig::readMinistral3),
              family("mistral", "MistralForCausalLM", MistralConfig::read),
              family("mixtral", "MixtralForCausalLM", MixtralConfig::read),
              family("olmo2", "Olmo2ForCausalLM", OlmoConfig::readOlmo2),
              family("olmo3", "Olmo3ForCausalLM", OlmoConfig::readOlmo3),
              family("olmoe", "OlmoeForCausalLM", OlmoConfig::readOlmoe),
              family("phi3", "Phi3ForCausalLM", Phi3Config::read),
              family("qwen2", "Qwen2ForCausalLM", QwenConfig::readQwen2),
              family("qwen2_moe", "Qwen2MoeForCausalLM", QwenMoeConfig::readQwen2),
              family("qwen3", "Qwen3ForCausalLM", QwenConfig::readQwen3),
              family(
                  "qwen3_5_moe_text",
                  "Qwen3_5MoeForConditionalGeneration",
                  QwenHybridConfig::readSparse),
              family(
                  "qwen3_5_text", "Qwen3_5ForConditionalGeneration", QwenHybridConfig::readDense),
              family("qwen3_next", "Qwen3NextForCausalLM", QwenHybridConfig::readNext),
              family("qwen3_moe", "Qwen3MoeForCausalLM", QwenMoeConfig::readQwen3),
              family("qwen3_vl_text", "Qwen3VLForConditionalGeneration", QwenConfig::readQwen3),
              family("seed_oss", "SeedOssForCausalLM", SeedOssConfig::read),
              family("smollm3", "SmolLM3ForCausalLM", SmolLm3Config::read),
              family("starcoder2", "Starcoder2ForCausalLM", Starcoder2Config::read)));

  private static Map.Entry<String, Family> family(
      String type, String architecture, Function<ConfigValues, DecoderSpec> reader) {
    return Map.entry(type, new Family(architecture, reader));
  }

  /** Keys of a multimodal model that count for its text where the text's own config lacks them. */
  private static final List<String> SHARED =
      List.of("tie_word_embeddings", "dtype", "torch_dtype", "quantization_config");

  private static final String TEXT = "text_config";
  private static final String TYPE = "model_type";

  private ModelConfig() {}

  /**
   * Reads a config.
   *
   * @throws JobError that names the key
   */
  public static DecoderSpec read(JsonNode config) {
    ConfigValues values = ConfigValues.of(ofText(config));
    Family family = family(values);
    DecoderSpec spec = family.reader.apply(values);
    ConfigKeys.requireKnown(values, family.architecture, spec.maxPositions());
    return spec;
  }

  private static Family family(ConfigValues values) {
    String type = values.text(TYPE, "");
    Family family = FAMILIES.get(type);
    if (family == null) {
      throw unsupported(TYPE, type, String.join(", ", new TreeSet<>(FAMILIES.keySet())));
    }
    return family;
  }

  /** What transformers calls the class of each {@code model_type}. */
  public static Map<String, String> architectures() {
    Map<String, String> architectures = new TreeMap<>();
    FAMILIES.forEach((type, family) -> architectures.put(type, family.architecture));
    return architectures;
  }

  /** What transformers calls the class of the model. */
  public static String architecture(JsonNode config) {
    return family(ConfigValues.of(ofText(config))).architecture;
  }

  /** The config of the text model, which a multimodal one has within its own. */
  private static JsonNode ofText(JsonNode config) {
    if (!config.path(TEXT).isObject()) {
      return config;
    }
    ObjectNode text = config.path(TEXT).deepCopy();
    for (String key : SHARED) {
      if (!text.has(key) && config.has(key)) {
        text.set(key, config.get(key));
      }
    }
    if (!text.has(TYPE)) {
      text.put(TYPE, config.path(TYPE).asText() + "_text");
    }
    return text;
  }

  /** What transformers warns about. */
  public static List<String> warnings(JsonNode config) {
    DecoderSpec spec = read(config);
    List<String> warnings =
        new ArrayList<>(ConfigKeys.warnings(config, architecture(config), spec.vocabSize()));
    warnings.addAll(RopeKeys.warnings(ConfigValues.of(ofText(config)), spec));
    return warnings;
  }

  static JobError unsupported(String key, String value, String supported) {
    return new JobError(
        "config.json: "
            + key
            + " \""
            + JsonFile.shown(value)
            + "\" is not supported; supported: "
            + supported);
  }
}
