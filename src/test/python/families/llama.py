"""Llama with every kind of rope, and Mistral."""

from families.shapes import *

# Texts that end within the 32 tokens of the pre-training, that grow beyond them, and that begin beyond them.
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
            edit=without(
                "num_key_value_heads",
                "rope_parameters",
                "rms_norm_eps",
                "head_dim",
                "tie_word_embeddings",
                "attention_bias",
                "mlp_bias",
                "hidden_act",
            ),
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
            lengths=(5, 20),  # within the context, beyond which frequencies would change
        ),
        shape("longrope", {**SIZES, **GROUPED, "rope_parameters": longrope(6)}, lengths=CROSSING, by_length=True),
        shape("longrope-factor", {**SIZES, **GROUPED, "rope_parameters": longrope(6, 8.0)}, lengths=CROSSING, by_length=True),
    ],
)

family(
    "mistral",
    "MistralConfig",
    "MistralForCausalLM",
    [
        shape("window", {**SIZES, **GROUPED, "sliding_window": 16}, lengths=LONG_LENGTHS),
        shape(
            "no-window-head-dim",
            {**SIZES, **GROUPED, "sliding_window": None, "head_dim": 20, "rope_parameters": rope(1000000.0)},
            lengths=FEW_LENGTHS,
        ),
        shape("old-keys", {**SIZES, **TWO_WAYS, "sliding_window": 8}, lengths=FEW_LENGTHS, edit=old_keys(), dtype="bfloat16"),
        shape(
            "absent-keys",
            {**SIZES, "num_attention_heads": 16, "num_key_value_heads": 8, "hidden_size": 64, "max_position_embeddings": 8192},
            lengths=FEW_LENGTHS,
            edit=without("num_key_value_heads", "head_dim", "rope_parameters", "sliding_window", "tie_word_embeddings", "rms_norm_eps"),
        ),
    ],
)
