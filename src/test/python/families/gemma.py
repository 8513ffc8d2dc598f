"""
Gemma 2, 3 and 4.

No shape of Gemma 3 has attn_logit_softcapping: HF's configuration takes it, and HF's layers do not use it.
"""

from families.shapes import *

# Names of the norms' weights are about 0, for 1 is added; embeddings are scaled by the root of their width.
GEMMA = {**SIZES, "head_dim": 16, "query_pre_attn_scalar": 24, "pad_token_id": 0}

# The weights of the norms after attention and MLP are large, so that an embedding is not all that a token is.
GEMMA_SPREADS = [
    ("post_attention_layernorm", 1.5, 0.4),
    ("post_feedforward_layernorm", 1.5, 0.4),
    ("embed_tokens", 0.0, wide(1.2)),
    ("model.norm", 2.0, 0.4),
    ("language_model.norm", 2.0, 0.4),
]

family(
    "gemma2",
    "Gemma2Config",
    "Gemma2ForCausalLM",
    [
        shape("caps-window", {**GEMMA, **GROUPED, "num_hidden_layers": 4, "sliding_window": 16}, lengths=LONG_LENGTHS),
        shape(
            "small-caps",
            {
                **GEMMA,
                **TWO_WAYS,
                "attention_bias": True,
                "sliding_window": 8,
                "attn_logit_softcapping": 2.0,
                "final_logit_softcapping": 3.0,
            },
        ),
        shape("no-caps", {**GEMMA, **GROUPED, "attn_logit_softcapping": None, "final_logit_softcapping": None}, lengths=FEW_LENGTHS),
        shape(
            "old-keys",
            {**GEMMA, **GROUPED, "sliding_window": 8},
            lengths=FEW_LENGTHS,
            edit=lambda c: {**old_keys("layer_types")(c), "hidden_act": "gelu_pytorch_tanh", "cache_implementation": "hybrid"},
            dtype="bfloat16",
        ),
        shape(
            "absent-keys",
            {**GEMMA, "hidden_size": 32, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 256, "query_pre_attn_scalar": 256},
            lengths=FEW_LENGTHS,
            edit=without(
                "head_dim",
                "query_pre_attn_scalar",
                "sliding_window",
                "layer_types",
                "attn_logit_softcapping",
                "final_logit_softcapping",
                "rope_parameters",
                "hidden_activation",
                "rms_norm_eps",
                "tie_word_embeddings",
                "attention_bias",
            ),
        ),
    ],
    norm_mean=0.0,
    spreads=GEMMA_SPREADS,
)

TWO_ROPES = {"full_attention": rope(1000000.0, "linear", factor=8.0), "sliding_attention": rope(10000.0)}


def old_gemma3(config):
    ropes = config.pop("rope_parameters")
    full = dict(ropes["full_attention"])
    config["rope_theta"] = full.pop("rope_theta")
    config["rope_local_base_freq"] = ropes["sliding_attention"]["rope_theta"]
    config["rope_scaling"] = full if full["rope_type"] != "default" else None
    config["torch_dtype"] = config.pop("dtype")
    config["sliding_window_pattern"] = config.pop("_sliding_window_pattern", 6)
    return without("layer_types", "use_bidirectional_attention")(config)


GEMMA3 = {**GEMMA, **GROUPED, "num_hidden_layers": 6, "sliding_window": 16}

family(
    "gemma3_text",
    "Gemma3TextConfig",
    "Gemma3ForCausalLM",
    [
        shape("every-sixth-full", {**GEMMA3, "hidden_size": 32, "rope_parameters": TWO_ROPES}, lengths=LONG_LENGTHS),
        shape(
            "layer-types-cap",
            {
                **GEMMA3,
                **TWO_WAYS,
                "num_hidden_layers": 3,
                "layer_types": ["full_attention", "sliding_attention", "full_attention"],
                "sliding_window": 8,
                "final_logit_softcapping": 4.0,
                "attention_bias": True,
            },
        ),
        shape("both-directions", {**GEMMA3, "use_bidirectional_attention": True}, refused="use_bidirectional_attention"),
        shape(
            "old-keys", {**GEMMA3, "hidden_size": 32, "rope_parameters": TWO_ROPES}, lengths=FEW_LENGTHS, edit=old_gemma3, dtype="bfloat16"
        ),
        shape(
            "old-keys-pattern",
            {**GEMMA3, "num_hidden_layers": 4, "sliding_window_pattern": 2, "layer_types": ["sliding_attention", "full_attention"] * 2},
            lengths=FEW_LENGTHS,
            edit=lambda c: {**old_gemma3(c), "sliding_window_pattern": 2},
        ),
        shape(
            "absent-keys",
            {**GEMMA, "hidden_size": 32, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "query_pre_attn_scalar": 256},
            lengths=FEW_LENGTHS,
            edit=without(
                "num_attention_heads",
                "num_key_value_heads",
                "head_dim",
                "query_pre_attn_scalar",
                "sliding_window",
                "layer_types",
                "rope_parameters",
                "hidden_activation",
                "rms_norm_eps",
                "tie_word_embeddings",
                "_sliding_window_pattern",
            ),
        ),
    ],
    norm_mean=0.0,
    spreads=GEMMA_SPREADS,
)

SIGLIP = {
    "model_type": "siglip_vision_model",
    "hidden_size": 8,
    "intermediate_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "image_size": 4,
    "patch_size": 2,
    "vision_use_head": False,
}

family(
    "gemma3",
    "Gemma3Config",
    "Gemma3ForConditionalGeneration",
    [
        shape(
            "text-of-the-folder",
            {"text_config": {**GEMMA3, "hidden_size": 32, "rope_parameters": TWO_ROPES}, "vision_config": SIGLIP, "mm_tokens_per_image": 4},
            lengths=(5, 50, 300),
        ),
        shape(
            "old-names-and-absent-keys",
            {
                "text_config": {**SIZES, "hidden_size": 32, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256},
                "vision_config": SIGLIP,
                "mm_tokens_per_image": 4,
            },
            lengths=FEW_LENGTHS,
            edit=inner(
                lambda c: {
                    **{k: c[k] for k in ("hidden_size", "intermediate_size", "num_hidden_layers", "sliding_window", "vocab_size")},
                    "model_type": "gemma3_text",
                    "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
                }
            ),
            names=lambda n: n.replace("model.language_model.", "language_model.model.")
            .replace("model.vision_tower.", "vision_tower.")
            .replace("model.multi_modal", "multi_modal"),
        ),
    ],
    norm_mean=0.0,
    spreads=GEMMA_SPREADS,
)

GEMMA4 = {
    **SIZES,
    **GROUPED,
    "hidden_size": 32,
    "num_hidden_layers": 4,
    "head_dim": 8,
    "global_head_dim": 16,
    "sliding_window": 16,
    "layer_types": ["sliding_attention", "full_attention", "sliding_attention", "full_attention"],
    "hidden_size_per_layer_input": 0,
    "vocab_size_per_layer_input": 160,
    "pad_token_id": 0,
}
GEMMA4_SPREADS = [
    ("layer_scalar", 0.8, 0.3),
    ("per_expert_scale", 1.0, 0.3),
    ("router.proj", 0.0, 0.6),
    ("router.scale", 1.0, 0.3),
    *[(part, mean + 1, width) for part, mean, width in GEMMA_SPREADS if "norm" in part],
    ("embed_tokens", 0.0, wide(1.2)),
]

family(
    "gemma4_text",
    "Gemma4TextConfig",
    "Gemma4ForCausalLM",
    [
        shape("dense-k-equals-v", {**GEMMA4, "attention_k_eq_v": True, "num_global_key_value_heads": 1}, lengths=LONG_LENGTHS),
        shape(
            "shared-kv-and-embeddings-per-layer",
            {
                **GEMMA4,
                "num_hidden_layers": 6,
                "layer_types": ["sliding_attention", "full_attention"] * 3,
                "hidden_size_per_layer_input": 8,
                "num_kv_shared_layers": 2,
                "use_double_wide_mlp": True,
                "final_logit_softcapping": 30.0,
            },
        ),
        shape(
            "experts-beside-mlp",
            {
                **GEMMA4,
                "enable_moe_block": True,
                "num_experts": 4,
                "top_k_experts": 2,
                "moe_intermediate_size": 16,
                "final_logit_softcapping": 5.0,
            },
        ),
        shape("stored-in-bfloat16", GEMMA4, lengths=FEW_LENGTHS, dtype="bfloat16"),
        shape(
            "first-names-and-absent-keys",
            {**without("layer_types")(GEMMA4), "num_hidden_layers": 8, "attention_k_eq_v": True, "num_global_key_value_heads": 1},
            lengths=FEW_LENGTHS,
            edit=lambda c: {
                **without("per_layer_config", "layer_types", "rope_parameters", "hidden_activation", "rms_norm_eps", "num_kv_shared_layers")(c),
                "global_head_dim": 16,
                "num_global_key_value_heads": 1,
                "use_bidirectional_attention": "vision",
            },
        ),
        shape(
            "everything-in-bfloat16",
            {
                **GEMMA4,
                "num_hidden_layers": 6,
                "layer_types": ["sliding_attention", "full_attention"] * 3,
                "hidden_size_per_layer_input": 8,
                "num_kv_shared_layers": 2,
                "attention_k_eq_v": True,
                "attention_bias": True,
                "enable_moe_block": True,
                "num_experts": 4,
                "top_k_experts": 2,
                "moe_intermediate_size": 16,
            },
            lengths=(5, 300),
            dtype="bfloat16",
        ),
        shape("both-ways", {**GEMMA4, "use_bidirectional_attention": "all"}, refused="use_bidirectional_attention"),
        shape("all-shared", {**GEMMA4, "num_kv_shared_layers": 4}, refused="num_kv_shared_layers"),
    ],
    spreads=GEMMA4_SPREADS,
)

family(
    "gemma4",
    "Gemma4Config",
    "Gemma4ForConditionalGeneration",
    [
        shape(
            "text-of-the-folder",
            {
                "text_config": {**GEMMA4, "attention_k_eq_v": True, "num_global_key_value_heads": 1},
                "vision_config": None,
                "audio_config": None,
            },
            lengths=FEW_LENGTHS,
        ),
        shape(
            "embeddings-per-layer",
            {
                "text_config": {**GEMMA4, "hidden_size_per_layer_input": 8, "num_kv_shared_layers": 2},
                "vision_config": None,
                "audio_config": None,
            },
            lengths=FEW_LENGTHS,
        ),
    ],
    spreads=GEMMA4_SPREADS,
)

family(
    "gemma4_unified",
    "Gemma4UnifiedTextConfig",
    "Gemma4UnifiedForCausalLM",
    [
        shape(
            "text-alone",
            {
                **without("hidden_size_per_layer_input", "vocab_size_per_layer_input")(GEMMA4),
                "attention_k_eq_v": True,
                "num_global_key_value_heads": 1,
                "num_kv_shared_layers": 2,
                "use_double_wide_mlp": True,
            },
        )
    ],
    spreads=GEMMA4_SPREADS,
)
