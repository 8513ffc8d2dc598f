"""Dense decoders that are near to Llama, each in its own way."""

from families.shapes import *

PHI3 = {**SIZES, **GROUPED, "hidden_size": 64}


def phi3_old(kind):
    def edit(config):
        config = old_keys()(config)
        scaling = config["rope_scaling"]
        if scaling is not None:
            scaling.pop("rope_type")
            if kind != "su":  # HF looks for it at the top for the other names only
                scaling.pop("original_max_position_embeddings")
            config["rope_scaling"] = {"type": kind, **scaling}
        return config

    return edit


family(
    "phi3",
    "Phi3Config",
    "Phi3ForCausalLM",
    [
        shape("window", {**PHI3, "sliding_window": 16}, lengths=LONG_LENGTHS),
        shape("partial-tied", {**PHI3, "rope_parameters": {**rope(), "partial_rotary_factor": 0.75}, "tie_word_embeddings": True}),
        shape(
            "longrope",
            {**PHI3, **TWO_WAYS, "original_max_position_embeddings": 32, "rope_parameters": longrope(8)},
            lengths=(5, 20, 50),
            by_length=True,
        ),
        shape(
            "longrope-partial-old-keys",
            {**PHI3, "original_max_position_embeddings": 32, "rope_parameters": {**longrope(6), "partial_rotary_factor": 0.75}},
            lengths=(5, 50),
            edit=phi3_old("longrope"),
            by_length=True,
            dtype="bfloat16",
        ),
        shape(
            "su-old-keys",
            {**PHI3, **TWO_WAYS, "original_max_position_embeddings": 32, "rope_parameters": longrope(8)},
            lengths=(5, 50),
            edit=phi3_old("su"),
            by_length=True,
        ),
        shape(
            "absent-keys",
            {**PHI3, **TWO_WAYS},
            lengths=FEW_LENGTHS,
            edit=without(
                "num_key_value_heads",
                "rope_parameters",
                "rms_norm_eps",
                "original_max_position_embeddings",
                "sliding_window",
                "tie_word_embeddings",
            ),
        ),
    ],
)

WIDE_HEAD = [("lm_head", 0.0, wide(12.0))]
MULTIPLIERS = {"embedding_multiplier": 6.0, "logits_scaling": 4.0, "residual_multiplier": 0.4, "attention_multiplier": 0.15}
TIED_MULTIPLIERS = {"tie_word_embeddings": True, "embedding_multiplier": 1.5, "residual_multiplier": 1.2, "logits_scaling": 0.8}

family(
    "granite",
    "GraniteConfig",
    "GraniteForCausalLM",
    [
        shape("multipliers", {**SIZES, **GROUPED, **MULTIPLIERS}, lengths=LONG_LENGTHS, spreads=WIDE_HEAD),
        shape("tied-biases", {**SIZES, **TWO_WAYS, **MULTIPLIERS, **TIED_MULTIPLIERS, "attention_bias": True, "mlp_bias": True}),
        shape("old-keys", {**SIZES, **GROUPED, **MULTIPLIERS}, lengths=FEW_LENGTHS, edit=old_keys(), dtype="bfloat16", spreads=WIDE_HEAD),
        shape(
            "absent-keys",
            {**SIZES, **TWO_WAYS},
            lengths=FEW_LENGTHS,
            spreads=[("q_proj", 0.0, wide(1.5))],
            edit=without(
                "embedding_multiplier",
                "logits_scaling",
                "residual_multiplier",
                "attention_multiplier",
                "num_key_value_heads",
                "rope_parameters",
                "rms_norm_eps",
                "tie_word_embeddings",
                "attention_bias",
                "mlp_bias",
            ),
        ),
    ],
)

SMOLLM3 = {**SIZES, **GROUPED, "num_hidden_layers": 4, "pad_token_id": 4}

family(
    "smollm3",
    "SmolLM3Config",
    "SmolLM3ForCausalLM",
    [
        shape("every-fourth-without-rope", SMOLLM3, lengths=LONG_LENGTHS),
        shape(
            "window-on-layers-without-rope",
            {
                **SMOLLM3,
                "num_hidden_layers": 3,
                "no_rope_layers": [1, 0, 1],
                "use_sliding_window": True,
                "sliding_window": 16,
                "attention_bias": True,
                "mlp_bias": True,
                "tie_word_embeddings": False,
            },
        ),
        shape("old-keys", {**SMOLLM3, "tie_word_embeddings": False}, lengths=FEW_LENGTHS, edit=old_keys(), dtype="bfloat16"),
        shape(
            "absent-keys",
            {**SMOLLM3, "num_hidden_layers": 5, "num_key_value_heads": 4, "no_rope_layer_interval": 4},
            lengths=FEW_LENGTHS,
            edit=without(
                "num_key_value_heads",
                "no_rope_layers",
                "no_rope_layer_interval",
                "layer_types",
                "rope_parameters",
                "tie_word_embeddings",
                "attention_bias",
                "mlp_bias",
                "use_sliding_window",
                "sliding_window",
                "rms_norm_eps",
            ),
        ),
    ],
)

OLMO = {**SIZES, "pad_token_id": 1}

family(
    "olmo2",
    "Olmo2Config",
    "Olmo2ForCausalLM",
    [
        shape("gqa", {**OLMO, **GROUPED, "rope_parameters": rope(500000.0)}, lengths=LONG_LENGTHS),
        shape("mha-biases", {**OLMO, **TWO_WAYS, "attention_bias": True}, lengths=FEW_LENGTHS),
        shape("old-keys", {**OLMO, **GROUPED, "rope_parameters": rope(500000.0)}, lengths=FEW_LENGTHS, edit=old_keys(), dtype="bfloat16"),
        shape(
            "absent-keys",
            {**OLMO, **TWO_WAYS},
            lengths=FEW_LENGTHS,
            edit=without("num_key_value_heads", "rope_parameters", "rms_norm_eps", "tie_word_embeddings", "attention_bias"),
        ),
    ],
)


def olmo3_old(config):
    ropes = config.pop("rope_parameters")
    full = dict(ropes["full_attention"])
    config["rope_theta"] = full.pop("rope_theta")
    config["rope_scaling"] = full
    config["torch_dtype"] = config.pop("dtype")
    return config


OLMO3 = {**OLMO, **GROUPED, "num_hidden_layers": 4, "sliding_window": 16}
OLMO3_ROPES = {
    "full_attention": {**YARN, "rope_theta": 500000.0, "attention_factor": 1.2, "beta_fast": 32.0, "beta_slow": 1.0},
    "sliding_attention": rope(500000.0),
}

family(
    "olmo3",
    "Olmo3Config",
    "Olmo3ForCausalLM",
    [
        shape("yarn-on-full-layers", {**OLMO3, "rope_parameters": OLMO3_ROPES}, lengths=LONG_LENGTHS),
        shape(
            "layer-types",
            {
                **OLMO3,
                **TWO_WAYS,
                "num_hidden_layers": 3,
                "layer_types": ["full_attention", "sliding_attention", "full_attention"],
                "attention_bias": True,
            },
        ),
        shape("old-keys", {**OLMO3, "rope_parameters": OLMO3_ROPES}, lengths=FEW_LENGTHS, edit=olmo3_old, dtype="bfloat16"),
        shape(
            "absent-keys",
            {**OLMO3, **TWO_WAYS, "sliding_window": 4096},
            lengths=FEW_LENGTHS,
            edit=without(
                "num_key_value_heads",
                "layer_types",
                "sliding_window",
                "rope_parameters",
                "rms_norm_eps",
                "tie_word_embeddings",
                "attention_bias",
            ),
        ),
    ],
)

EXAONE4 = {**SIZES, **GROUPED, "num_hidden_layers": 4, "head_dim": 16}

family(
    "exaone4",
    "Exaone4Config",
    "Exaone4ForCausalLM",
    [
        shape("window-llama3", {**EXAONE4, "sliding_window": 16, "rope_parameters": LLAMA3}, lengths=LONG_LENGTHS),
        shape(
            "no-window",
            {
                **EXAONE4,
                **TWO_WAYS,
                "num_hidden_layers": 2,
                "sliding_window": None,
                "layer_types": ["full_attention"] * 2,
                "tie_word_embeddings": True,
            },
        ),
        shape(
            "old-keys",
            {**EXAONE4, "sliding_window": 16, "rope_parameters": LLAMA3},
            lengths=FEW_LENGTHS,
            edit=lambda c: {**old_keys()(c), "sliding_window_pattern": "LLLG"},
            dtype="bfloat16",
        ),
        shape(
            "absent-keys",
            {**SIZES, "num_hidden_layers": 4, "num_attention_heads": 32, "num_key_value_heads": 32, "hidden_size": 64},
            lengths=FEW_LENGTHS,
            edit=without(
                "num_attention_heads",
                "num_key_value_heads",
                "layer_types",
                "sliding_window",
                "sliding_window_pattern",
                "head_dim",
                "rope_parameters",
                "rms_norm_eps",
                "tie_word_embeddings",
            ),
        ),
    ],
)

GLM4 = {**SIZES, **GROUPED, "head_dim": 16}

family(
    "glm4",
    "Glm4Config",
    "Glm4ForCausalLM",
    [
        shape("gqa", GLM4, lengths=LONG_LENGTHS),
        shape("mha-no-biases", {**GLM4, **TWO_WAYS, "attention_bias": False, "rope_parameters": {**rope(), "partial_rotary_factor": 0.75}}),
        shape("old-keys", GLM4, lengths=FEW_LENGTHS, edit=old_keys(), dtype="bfloat16"),
        shape(
            "absent-keys",
            {**SIZES, "hidden_size": 32, "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 128},
            lengths=FEW_LENGTHS,
            edit=without(
                "num_key_value_heads",
                "head_dim",
                "partial_rotary_factor",
                "rope_parameters",
                "rms_norm_eps",
                "attention_bias",
                "tie_word_embeddings",
            ),
        ),
    ],
)

family(
    "ernie4_5",
    "Ernie4_5Config",
    "Ernie4_5ForCausalLM",
    [
        shape("gqa-tied", {**SIZES, **GROUPED, "head_dim": 16, "pad_token_id": 0}, lengths=LONG_LENGTHS),
        shape("mha-biases", {**SIZES, **TWO_WAYS, "head_dim": 16, "use_bias": True, "tie_word_embeddings": False}),
        shape(
            "old-keys",
            {**SIZES, **GROUPED, "head_dim": 16, "rope_parameters": rope(500000.0)},
            lengths=FEW_LENGTHS,
            edit=old_keys(),
            dtype="bfloat16",
        ),
        shape(
            "absent-keys",
            {**SIZES, "hidden_size": 32, "num_attention_heads": 16, "num_key_value_heads": 2, "head_dim": 128},
            lengths=FEW_LENGTHS,
            edit=without(
                "num_attention_heads",
                "num_key_value_heads",
                "head_dim",
                "use_bias",
                "rope_parameters",
                "rms_norm_eps",
                "tie_word_embeddings",
            ),
        ),
    ],
)

HUNYUAN = {**SIZES, **GROUPED, "head_dim": 16, "pad_token_id": 0}
ALPHA = rope(10000.0, "dynamic", factor=1.0, alpha=1000.0, beta_fast=32, beta_slow=1, mscale=1.0, mscale_all_dim=1.0)

family(
    "hunyuan_v1_dense",
    "HunYuanDenseV1Config",
    "HunYuanDenseV1ForCausalLM",
    [
        shape("alpha", {**HUNYUAN, "rope_parameters": ALPHA}, lengths=LONG_LENGTHS),
        shape("default-rope-biases-tied", {**HUNYUAN, **TWO_WAYS, "attention_bias": True, "tie_word_embeddings": True}),
        shape("old-keys", {**HUNYUAN, "rope_parameters": ALPHA}, lengths=FEW_LENGTHS, edit=type_key(old_keys()), dtype="bfloat16"),
        shape(
            "absent-keys",
            {**SIZES, **TWO_WAYS, "head_dim": 12},
            lengths=FEW_LENGTHS,
            edit=without("num_key_value_heads", "rope_parameters", "rms_norm_eps", "attention_bias", "tie_word_embeddings"),
        ),
    ],
)

family(
    "seed_oss",
    "SeedOssConfig",
    "SeedOssForCausalLM",
    [
        shape("gqa", {**SIZES, **GROUPED, "head_dim": 16, "pad_token_id": 1}, lengths=LONG_LENGTHS),
        shape(
            "all-biases-tied",
            {**SIZES, **TWO_WAYS, "head_dim": 16, "attention_out_bias": True, "mlp_bias": True, "tie_word_embeddings": True},
        ),
        shape(
            "old-keys-no-biases",
            {**SIZES, **GROUPED, "head_dim": 16, "attention_bias": False},
            lengths=FEW_LENGTHS,
            edit=old_keys(),
            dtype="bfloat16",
        ),
        shape(
            "absent-keys",
            {**SIZES, "hidden_size": 32, "num_attention_heads": 8, "num_key_value_heads": 8, "head_dim": 128},
            lengths=FEW_LENGTHS,
            edit=without(
                "num_key_value_heads",
                "head_dim",
                "rope_parameters",
                "rms_norm_eps",
                "attention_bias",
                "attention_out_bias",
                "mlp_bias",
                "tie_word_embeddings",
            ),
        ),
    ],
)

family(
    "apertus",
    "ApertusConfig",
    "ApertusForCausalLM",
    [
        shape("llama3", {**SIZES, **GROUPED, "rope_parameters": {**LLAMA3, "rope_theta": 12000000.0}}, lengths=LONG_LENGTHS),
        shape(
            "default-rope-biases-tied",
            {**SIZES, **TWO_WAYS, "rope_parameters": rope(), "attention_bias": True, "tie_word_embeddings": True},
        ),
        shape(
            "old-keys",
            {**SIZES, **GROUPED, "rope_parameters": {**LLAMA3, "rope_theta": 12000000.0}},
            lengths=FEW_LENGTHS,
            edit=old_keys(),
            dtype="bfloat16",
        ),
        shape(
            "absent-keys",
            {**SIZES, **TWO_WAYS},
            lengths=FEW_LENGTHS,
            edit=without("num_key_value_heads", "rope_parameters", "rms_norm_eps", "attention_bias", "tie_word_embeddings", "hidden_act"),
        ),
    ],
    spreads=[("act_fn.alpha", 0.5, 0.4), ("act_fn.beta", 0.5, 0.0), ("act_fn.eps", -1e-6, 0.0)],
)

PIXTRAL = {
    "model_type": "pixtral",
    "hidden_size": 8,
    "intermediate_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "head_dim": 8,
    "image_size": 4,
    "patch_size": 2,
}
MINISTRAL3 = {**SIZES, **GROUPED, "head_dim": 16, "model_type": "ministral3"}
SCALED_QUERIES = {
    **YARN,
    "rope_theta": 1000000.0,
    "beta_fast": 32.0,
    "beta_slow": 1.0,
    "mscale": 1.0,
    "mscale_all_dim": 1.0,
    "llama_4_scaling_beta": 0.1,
}

family(
    "ministral3",
    "Mistral3Config",
    "Mistral3ForConditionalGeneration",
    [
        shape(
            "text-of-the-folder",
            {"text_config": {**MINISTRAL3, "rope_parameters": SCALED_QUERIES}, "vision_config": PIXTRAL, "tie_word_embeddings": False},
            lengths=(1, 5, 50, 300),
        ),
        shape(
            "hub-names-window-tied",
            {
                "text_config": {**MINISTRAL3, "rope_parameters": SCALED_QUERIES, "sliding_window": 16, "tie_word_embeddings": True},
                "vision_config": PIXTRAL,
                "tie_word_embeddings": True,
            },
            names=lambda n: n.replace("model.language_model.", "language_model.model.")
            .replace("model.vision_tower.", "vision_tower.")
            .replace("model.multi_modal", "multi_modal"),
            dtype="bfloat16",
        ),
        shape(
            "absent-keys",
            {
                "text_config": {**MINISTRAL3, "num_key_value_heads": 8, "num_attention_heads": 8, "head_dim": 128, "hidden_size": 32},
                "vision_config": PIXTRAL,
                "tie_word_embeddings": False,
            },
            lengths=FEW_LENGTHS,
            edit=inner(
                without("num_key_value_heads", "head_dim", "rope_parameters", "rms_norm_eps", "sliding_window", "tie_word_embeddings")
            ),
        ),
    ],
)
