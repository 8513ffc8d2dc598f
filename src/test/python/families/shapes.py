"""What the shapes of the families have in common."""

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


def shape(
    name,
    config,
    *,
    lengths=PLAIN_LENGTHS,
    edit=unedited,
    dtype="float32",
    tolerance=1e-4,
    why=None,
    by_length=False,
    refused=None,
    names=None,
    extra=None,
    spreads=(),
    mxfp4=False,
):
    """
    One checkpoint.

    edit: from the config.json that save_pretrained writes to the one that is loaded, by HF as well
    tolerance: of log-probs in float32, and why where it is not 1e-4
    by_length: whether rotary frequencies depend on the length of the text
    names: from the name that save_pretrained gives a tensor to the one that is stored
    extra: shapes of tensors that are stored and that no one needs
    spreads: as of a family, for this shape alone
    mxfp4: whether the experts' matrices are stored in MXFP4
    refused: what the message about a config that is not supported names
    """
    return {
        "name": name,
        "config": config,
        "lengths": lengths,
        "edit": edit,
        "dtype": dtype,
        "tolerance": tolerance,
        "why": why,
        "by_length": by_length,
        "refused": refused,
        "names": names or (lambda name: name),
        "extra": extra or {},
        "spreads": list(spreads),
        "mxfp4": mxfp4,
    }


FAMILIES = []


def family(name, config, model, shapes, norm_mean=1.0, spreads=None):
    """norm_mean: what a norm's weights are about; 0 where the family adds 1. spreads: (part of a name, mean, spread) before all rules."""
    FAMILIES.append({"name": name, "config": config, "model": model, "shapes": shapes, "norm_mean": norm_mean, "spreads": spreads or []})


EMBEDDINGS = ("embed_tokens", "word_embeddings", "wte", "wpe", "embed_in", "embed_out", "lm_head")
ROUTERS = ("mlp.gate.weight", "block_sparse_moe.gate.weight", "router.")
FUSED = ("qkv_proj", "query_key_value")
WIDER = ("q_proj", "k_proj", "o_proj", "down_proj", "c_proj", "dense.weight", "dense_4h_to_h", "output_linear", ".w2.")


def wide(width):
    """A spread that is so wide for one input."""
    return lambda size: rounded(width / math.sqrt(size[-1]))


def spread(family, shape, name, size, tied):
    """Mean and spread of a tensor: attention that is far from uniform, logits of a standard deviation about 2."""
    for part, mean, width in shape["spreads"] + family["spreads"]:
        if part in name:
            return mean(size) if callable(mean) else mean, width(size) if callable(width) else width
    fan_in = size[-1]
    if name.endswith("bias"):
        return 0.0, 0.2
    if len(size) == 1:
        return family["norm_mean"], 0.3
    if any(part in name for part in EMBEDDINGS):
        return 0.0, rounded((2.0 if tied else 3.5) / math.sqrt(fan_in))  # tied ones let a token follow itself for ever
    if any(part in name for part in ROUTERS):
        return 0.0, rounded(3.0 / math.sqrt(fan_in))
    if any(part in name for part in FUSED):
        return 0.0, rounded(2.0 / math.sqrt(fan_in))
    if any(part in name for part in WIDER):
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


def inner(edit):
    """An edit of text_config."""
    return lambda config: {**config, "text_config": edit(config["text_config"])}


def rope(theta=10000.0, rope_type="default", **more):
    return {"rope_type": rope_type, "rope_theta": theta, **more}


YARN = rope(10000.0, "yarn", factor=16.0, original_max_position_embeddings=32)
LLAMA3 = rope(500000.0, "llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32)


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
