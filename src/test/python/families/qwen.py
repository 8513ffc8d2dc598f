"""Qwen's dense decoders."""

from families.shapes import *

family(
    "qwen2",
    "Qwen2Config",
    "Qwen2ForCausalLM",
    [
        shape("gqa-tied", {**SIZES, **GROUPED, "tie_word_embeddings": True, "rope_parameters": rope(1000000.0)}, lengths=LONG_LENGTHS),
        shape(
            "window-on-later-layers",
            {**SIZES, **GROUPED, "num_hidden_layers": 4, "use_sliding_window": True, "sliding_window": 16, "max_window_layers": 2},
        ),
        shape("yarn", {**SIZES, **TWO_WAYS, "rope_parameters": {**YARN, "rope_theta": 1000000.0}}, lengths=FEW_LENGTHS),
        shape(
            "old-keys",
            {**SIZES, **GROUPED, "sliding_window": 32, "max_window_layers": 1, "rope_parameters": rope(1000000.0)},
            lengths=FEW_LENGTHS,
            edit=lambda c: {**old_keys("layer_types")(c), "sliding_window": 32, "use_sliding_window": False},
            dtype="bfloat16",
        ),
        shape(
            "absent-keys",
            {**SIZES, **TWO_WAYS, "num_attention_heads": 32, "num_key_value_heads": 32, "hidden_size": 64},
            lengths=FEW_LENGTHS,
            edit=without(
                "num_attention_heads",
                "num_key_value_heads",
                "rope_parameters",
                "layer_types",
                "rms_norm_eps",
                "use_sliding_window",
                "tie_word_embeddings",
                "max_window_layers",
                "sliding_window",
            ),
        ),
    ],
)

family(
    "qwen3",
    "Qwen3Config",
    "Qwen3ForCausalLM",
    [
        shape(
            "gqa-tied",
            {**SIZES, **GROUPED, "head_dim": 16, "tie_word_embeddings": True, "rope_parameters": rope(1000000.0)},
            lengths=LONG_LENGTHS,
        ),
        shape(
            "biases-window-yarn",
            {
                **SIZES,
                **TWO_WAYS,
                "num_hidden_layers": 3,
                "head_dim": 16,
                "attention_bias": True,
                "use_sliding_window": True,
                "sliding_window": 8,
                "max_window_layers": 1,
                "rope_parameters": YARN,
            },
        ),
        shape("old-keys", {**SIZES, **GROUPED, "head_dim": 16}, lengths=FEW_LENGTHS, edit=old_keys("layer_types"), dtype="bfloat16"),
        shape(
            "absent-keys",
            {**SIZES, "hidden_size": 32, "num_attention_heads": 2, "num_key_value_heads": 1},
            lengths=FEW_LENGTHS,
            edit=without(
                "head_dim",
                "rope_parameters",
                "layer_types",
                "rms_norm_eps",
                "attention_bias",
                "tie_word_embeddings",
                "sliding_window",
                "max_window_layers",
                "use_sliding_window",
            ),
        ),
    ],
)

QWEN3_TEXT = {**SIZES, **GROUPED, "head_dim": 16, "bos_token_id": 1, "eos_token_id": 2}
QWEN3_VISION = {
    "depth": 1,
    "hidden_size": 8,
    "intermediate_size": 8,
    "num_heads": 1,
    "patch_size": 2,
    "temporal_patch_size": 1,
    "spatial_merge_size": 1,
    "out_hidden_size": 48,
    "num_position_embeddings": 4,
    "deepstack_visual_indexes": [],
}
MROPE = {**rope(5000000.0), "mrope_interleaved": True, "mrope_section": [4, 2, 2]}


family(
    "qwen3_vl",
    "Qwen3VLConfig",
    "Qwen3VLForConditionalGeneration",
    [
        shape(
            "text-of-the-folder",
            {"text_config": {**QWEN3_TEXT, "rope_parameters": MROPE}, "vision_config": QWEN3_VISION},
            lengths=LONG_LENGTHS,
            dtype="bfloat16",
        ),
        shape(
            "old-keys-tied",
            {"text_config": {**QWEN3_TEXT, "rope_parameters": MROPE}, "vision_config": QWEN3_VISION, "tie_word_embeddings": True},
            lengths=FEW_LENGTHS,
            edit=inner(old_keys()),
        ),
    ],
)
