"""Decoders with Gated DeltaNet layers, and gpt-oss."""

from families.shapes import *

DELTA = {
    **SIZES,
    **GROUPED,
    "num_hidden_layers": 4,
    "head_dim": 16,
    "linear_key_head_dim": 8,
    "linear_value_head_dim": 12,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 4,
}
# Of the norms only the DeltaNet's does not add 1.
DELTA_SPREADS = [
    ("linear_attn.norm", 1.0, 0.3),
    ("A_log", 0.5, 1.0),
    ("dt_bias", 0.0, 1.0),
    ("conv1d.weight", 0.0, 0.75),
]
NEXT = {**DELTA, "moe_intermediate_size": 16, "shared_expert_intermediate_size": 24, "num_experts": 6, "num_experts_per_tok": 2}

WHY = "the chunked and the recurrent form of the delta rule round otherwise; HF takes the one for prompts and the other for single tokens"


def delta(*args, **more):
    return shape(*args, tolerance=1e-3, why=WHY, **more)


family(
    "qwen3_next",
    "Qwen3NextConfig",
    "Qwen3NextForCausalLM",
    [
        delta("every-fourth-full", NEXT, lengths=LONG_LENGTHS),
        delta(
            "layer-types-dense-layers",
            {
                **NEXT,
                "num_hidden_layers": 3,
                "layer_types": ["full_attention", "linear_attention", "full_attention"],
                "mlp_only_layers": [1],
                "norm_topk_prob": False,
                "attention_bias": True,
            },
        ),
        delta(
            "old-keys",
            NEXT,
            lengths=FEW_LENGTHS,
            edit=lambda c: {**old_keys("layer_types")(c), "full_attention_interval": 4},
            dtype="bfloat16",
        ),
    ],
    norm_mean=0.0,
    spreads=DELTA_SPREADS,
)

QWEN3_5_VISION = {
    "depth": 1,
    "hidden_size": 8,
    "intermediate_size": 8,
    "num_heads": 1,
    "patch_size": 2,
    "temporal_patch_size": 1,
    "spatial_merge_size": 1,
    "out_hidden_size": 48,
    "num_position_embeddings": 4,
}
MROPE = {**rope(10000000.0), "partial_rotary_factor": 0.25, "mrope_interleaved": True, "mrope_section": [1, 1, 0]}

family(
    "qwen3_5",
    "Qwen3_5Config",
    "Qwen3_5ForConditionalGeneration",
    [
        delta(
            "text-of-the-folder",
            {"text_config": {**DELTA, "rope_parameters": MROPE}, "vision_config": QWEN3_5_VISION},
            lengths=LONG_LENGTHS,
        ),
        delta(
            "tied-as-many-key-heads",
            {
                "text_config": {
                    **DELTA,
                    "num_hidden_layers": 3,
                    "linear_num_key_heads": 4,
                    "layer_types": ["linear_attention", "full_attention", "linear_attention"],
                    "tie_word_embeddings": True,
                },
                "vision_config": QWEN3_5_VISION,
                "tie_word_embeddings": True,
            },
            lengths=(1, 5, 70),
            dtype="bfloat16",
        ),
        delta(
            "absent-keys",
            {"text_config": {**DELTA, "num_attention_heads": 16, "num_key_value_heads": 4}, "vision_config": QWEN3_5_VISION},
            lengths=FEW_LENGTHS,
            edit=inner(
                without(
                    "num_attention_heads",
                    "num_key_value_heads",
                    "layer_types",
                    "linear_conv_kernel_dim",
                    "rope_parameters",
                    "partial_rotary_factor",
                    "rms_norm_eps",
                    "attention_bias",
                    "tie_word_embeddings",
                )
            ),
        ),
    ],
    norm_mean=0.0,
    spreads=DELTA_SPREADS,
)

family(
    "qwen3_5_moe",
    "Qwen3_5MoeConfig",
    "Qwen3_5MoeForConditionalGeneration",
    [
        delta(
            "text-of-the-folder",
            {
                "text_config": {**{k: v for k, v in NEXT.items() if k != "intermediate_size"}, "rope_parameters": MROPE},
                "vision_config": QWEN3_5_VISION,
            },
            lengths=LONG_LENGTHS,
        ),
        delta(
            "stored-in-bfloat16",
            {
                "text_config": {**{k: v for k, v in NEXT.items() if k != "intermediate_size"}, "rope_parameters": MROPE},
                "vision_config": QWEN3_5_VISION,
            },
            lengths=FEW_LENGTHS,
            dtype="bfloat16",
        ),
    ],
    norm_mean=0.0,
    spreads=DELTA_SPREADS,
)

GPT_OSS = {
    **SIZES,
    **GROUPED,
    "head_dim": 16,
    "sliding_window": 16,
    "num_local_experts": 4,
    "num_experts_per_tok": 2,
    "intermediate_size": 32,
    "rope_parameters": {**YARN, "rope_theta": 150000.0, "factor": 32.0, "beta_fast": 32.0, "beta_slow": 1.0, "truncate": False},
}
# Experts are [experts, in, out].
GPT_OSS_SPREADS = [
    ("sinks", 0.0, 1.0),
    ("_blocks", 128.0, 128.0),
    ("_scales", 124.0, 2.0),
    ("proj_bias", 0.0, 0.2),
    ("experts.gate_up_proj", 0.0, lambda size: rounded(3.0 / math.sqrt(size[1]))),
    ("experts.down_proj", 0.0, lambda size: rounded(2.5 / math.sqrt(size[1]))),
]

family(
    "gpt_oss",
    "GptOssConfig",
    "GptOssForCausalLM",
    [
        shape("window-sinks", GPT_OSS, lengths=LONG_LENGTHS),
        shape(
            "small-limit",
            {
                **GPT_OSS,
                **TWO_WAYS,
                "num_hidden_layers": 3,
                "swiglu_limit": 1.5,
                "layer_types": ["full_attention", "sliding_attention", "full_attention"],
            },
        ),
        shape(
            "old-keys",
            GPT_OSS,
            lengths=FEW_LENGTHS,
            edit=lambda c: {**old_keys("layer_types")(c), "experts_per_token": 2, "initial_context_length": 32},
            dtype="bfloat16",
        ),
        shape("mxfp4", {**GPT_OSS, "hidden_size": 64}, lengths=FEW_LENGTHS, dtype="bfloat16", mxfp4=True),
    ],
    spreads=GPT_OSS_SPREADS,
)
