"""The shapes that make_families.py records of each model family."""

import math

TWO_WAYS = {"num_attention_heads": 4, "num_key_value_heads": 4}
GROUPED = {"num_attention_heads": 4, "num_key_value_heads": 2}
PLAIN_LENGTHS = (1, 5, 23, 50)
LONG_LENGTHS = PLAIN_LENGTHS + (300,)  # above the 256 tokens that are filled at once
FEW_LENGTHS = (5, 50)

SIZES = {
    "vocab_size": 160,
    "hidden_size": 48,
    "intermediate_size": 72,
    "num_hidden_layers": 2,
    "max_position_embeddings": 512,
    "pad_token_id": None,
    "bos_token_id": 1,
    "eos_token_id": 2,
}


def unedited(config):
    return config


def shape(name, config, *, lengths=PLAIN_LENGTHS, edit=unedited, dtype="float32", tolerance=1e-4, why=None, by_length=False, refused=None):
    """
    One checkpoint.

    edit: from the config.json that save_pretrained writes to the one that is loaded, by HF as well
    tolerance: of log-probs in float32, and why where it is not 1e-4
    by_length: whether rotary frequencies depend on the length of the text
    refused: what the message about a config that is not supported names
    """
    return {
        "name": name,
        "config": {k: v for k, v in config.items() if v is not DROPPED},
        "lengths": lengths,
        "edit": edit,
        "dtype": dtype,
        "tolerance": tolerance,
        "why": why,
        "by_length": by_length,
        "refused": refused,
    }


DROPPED = object()
FAMILIES = []


def family(name, config, model, shapes, norm_mean=1.0, spreads=None):
    """norm_mean: what a norm's weights are about; 0 where the family adds 1. spreads: (part of a name, mean, spread) before all rules."""
    FAMILIES.append(
        {"name": name, "config": config, "model": model, "shapes": shapes, "norm_mean": norm_mean, "spreads": spreads or []}
    )


def spread(family, name, size, tied):
    """Mean and spread of a tensor: attention that is far from uniform, logits of a standard deviation about 2."""
    for part, mean, width in family["spreads"]:
        if part in name:
            return mean(size) if callable(mean) else mean, width(size) if callable(width) else width
    fan_in = size[-1]
    if name.endswith("bias"):
        return 0.0, 0.2
    if len(size) == 1:
        return family["norm_mean"], 0.3
    if any(part in name for part in ("embed", "wte", "lm_head")):
        return 0.0, rounded((2.0 if tied else 3.5) / math.sqrt(fan_in))  # tied ones let a token follow itself for ever
    if any(part in name for part in ("q_proj", "k_proj", "o_proj", "down_proj")):
        return 0.0, rounded(2.5 / math.sqrt(fan_in))
    return 0.0, rounded(1.5 / math.sqrt(fan_in))


def rounded(value):
    return float(f"{value:.4g}")


def without(*keys):
    return lambda config: {k: v for k, v in config.items() if k not in keys}


def old_keys(*dropped):
    """As transformers 4 wrote it: rope_theta and rope_scaling at the top, torch_dtype."""

    def edit(config):
        config = without(*dropped, "transformers_version")(config)
        rope = dict(config.pop("rope_parameters"))
        config["rope_theta"] = rope.pop("rope_theta")
        partial = rope.pop("partial_rotary_factor", None)
        if partial is not None:
            config["partial_rotary_factor"] = partial
        if rope.get("rope_type", "default") == "default":
            config["rope_scaling"] = None
        else:
            config["rope_scaling"] = rope
        if "dtype" in config:
            config["torch_dtype"] = config.pop("dtype")
        config["transformers_version"] = "4.51.0"
        return config

    return edit


def type_key(edit):
    """The oldest name of rope_type."""

    def renamed(config):
        config = edit(config)
        scaling = config["rope_scaling"]
        scaling["type"] = scaling.pop("rope_type")
        return config

    return renamed


def rope(theta=10000.0, rope_type="default", **more):
    return {"rope_type": rope_type, "rope_theta": theta, **more}


YARN = rope(10000.0, "yarn", factor=16.0, original_max_position_embeddings=32)
LLAMA3 = rope(
    500000.0, "llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32
)


def longrope(half, factor=None):
    """Factors for heads of which 2 x half values are rotated."""
    more = {} if factor is None else {"factor": factor}
    return rope(
        10000.0,
        "longrope",
        short_factor=[round(1 + 0.05 * i, 2) for i in range(half)],
        long_factor=[round(1.5 + 0.75 * i, 2) for i in range(half)],
        original_max_position_embeddings=32,
        **more,
    )


# Wholly within the 32 tokens that are short, and wholly beyond them: a text that grows from one to the other is for `by_length` alone.
CROSSING = (5, 20, 50)

family(
    "llama",
    "LlamaConfig",
    "LlamaForCausalLM",
    [
        shape("default-gqa", {**SIZES, **GROUPED, "rms_norm_eps": 1e-5}, lengths=LONG_LENGTHS),
        shape(
            "mha-tied-biases-head-dim",
            {**SIZES, **TWO_WAYS, "head_dim": 16, "tie_word_embeddings": True, "attention_bias": True, "mlp_bias": True},
            lengths=FEW_LENGTHS,
        ),
        shape("old-keys", {**SIZES, **GROUPED, "rope_parameters": rope(50000.0)}, lengths=FEW_LENGTHS, edit=old_keys()),
        shape(
            "absent-keys",
            {**SIZES, **TWO_WAYS},
            lengths=FEW_LENGTHS,
            edit=without("num_key_value_heads", "rope_parameters", "rms_norm_eps", "head_dim", "tie_word_embeddings", "attention_bias", "mlp_bias", "hidden_act"),
        ),
        shape("stored-in-bfloat16", {**SIZES, **GROUPED}, lengths=FEW_LENGTHS, dtype="bfloat16"),
        shape("linear", {**SIZES, **GROUPED, "rope_parameters": rope(10000.0, "linear", factor=4.0)}, lengths=FEW_LENGTHS),
        shape(
            "linear-old-keys",
            {**SIZES, **GROUPED, "rope_parameters": rope(10000.0, "linear", factor=4.0)},
            lengths=FEW_LENGTHS,
            edit=type_key(old_keys()),
        ),
        shape("llama3", {**SIZES, **GROUPED, "rope_parameters": LLAMA3}, lengths=(5, 50, 300)),
        shape("llama3-old-keys", {**SIZES, **GROUPED, "rope_parameters": LLAMA3}, lengths=FEW_LENGTHS, edit=old_keys()),
        shape("yarn", {**SIZES, **GROUPED, "rope_parameters": YARN}, lengths=(5, 50, 300)),
        shape(
            "yarn-all-keys",
            {
                **SIZES,
                **GROUPED,
                "head_dim": 32,
                "rope_parameters": {**YARN, "beta_fast": 20.0, "beta_slow": 2.0, "mscale": 0.8, "mscale_all_dim": 0.5, "truncate": False},
            },
            lengths=FEW_LENGTHS,
        ),
        shape(
            "yarn-attention-factor-old-keys",
            {**SIZES, **GROUPED, "head_dim": 32, "rope_parameters": {**YARN, "attention_factor": 1.2}},
            lengths=FEW_LENGTHS,
            edit=type_key(old_keys()),
        ),
        shape(
            "dynamic",
            {**SIZES, **GROUPED, "max_position_embeddings": 48, "rope_parameters": rope(10000.0, "dynamic", factor=4.0)},
            lengths=(5, 20, 60),
            by_length=True,
        ),
        shape("longrope", {**SIZES, **GROUPED, "rope_parameters": longrope(6)}, lengths=CROSSING, by_length=True),
        shape("longrope-factor", {**SIZES, **GROUPED, "rope_parameters": longrope(6, 8.0)}, lengths=CROSSING, by_length=True),
    ],
)

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
            edit=without("num_attention_heads", "num_key_value_heads", "rope_parameters", "layer_types", "rms_norm_eps", "use_sliding_window", "tie_word_embeddings", "max_window_layers", "sliding_window"),
        ),
    ],
)

family(
    "mistral",
    "MistralConfig",
    "MistralForCausalLM",
    [
        shape("window", {**SIZES, **GROUPED, "sliding_window": 16}, lengths=LONG_LENGTHS),
        shape("no-window-head-dim", {**SIZES, **GROUPED, "sliding_window": None, "head_dim": 20, "rope_parameters": rope(1000000.0)}, lengths=FEW_LENGTHS),
        shape("old-keys", {**SIZES, **TWO_WAYS, "sliding_window": 8}, lengths=FEW_LENGTHS, edit=old_keys(), dtype="bfloat16"),
        shape(
            "absent-keys",
            {**SIZES, "num_attention_heads": 16, "num_key_value_heads": 8, "hidden_size": 64, "max_position_embeddings": 8192},
            lengths=FEW_LENGTHS,
            edit=without("num_key_value_heads", "head_dim", "rope_parameters", "sliding_window", "tie_word_embeddings", "rms_norm_eps"),
        ),
    ],
)

family(
    "qwen3",
    "Qwen3Config",
    "Qwen3ForCausalLM",
    [
        shape("gqa-tied", {**SIZES, **GROUPED, "head_dim": 16, "tie_word_embeddings": True, "rope_parameters": rope(1000000.0)}, lengths=LONG_LENGTHS),
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
            edit=without("head_dim", "rope_parameters", "layer_types", "rms_norm_eps", "attention_bias", "tie_word_embeddings", "sliding_window", "max_window_layers", "use_sliding_window"),
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


def inner(edit):
    """An edit of text_config."""
    return lambda config: {**config, "text_config": edit(config["text_config"])}


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
