"""Decoders with LayerNorm: GPT-2, GPT-NeoX, Command R, StarCoder2, Falcon."""

from families.shapes import *

GPT2 = {
    "vocab_size": 160,
    "n_embd": 48,
    "n_layer": 2,
    "n_head": 4,
    "n_positions": 512,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
# Conv1D stores [in, out].
GPT2_SPREADS = [
    ("c_attn.weight", 0.0, lambda size: rounded(2.0 / math.sqrt(size[0]))),
    ("c_fc.weight", 0.0, lambda size: rounded(1.5 / math.sqrt(size[0]))),
    ("c_proj.weight", 0.0, lambda size: rounded(2.5 / math.sqrt(size[0]))),
]

family(
    "gpt2",
    "GPT2Config",
    "GPT2LMHeadModel",
    [
        shape("tied", GPT2, lengths=LONG_LENGTHS),
        shape(
            "untied-inner-scaled-by-layer",
            {
                **GPT2,
                "n_layer": 3,
                "n_inner": 72,
                "tie_word_embeddings": False,
                "scale_attn_by_inverse_layer_idx": True,
                "activation_function": "gelu",
            },
        ),
        shape("unscaled-scores", {**GPT2, "n_embd": 32, "scale_attn_weights": False}, lengths=FEW_LENGTHS),
        shape(
            "hub-names-and-masks",
            {**GPT2, "n_positions": 128},
            lengths=FEW_LENGTHS,
            edit=lambda c: {
                **without(
                    "tie_word_embeddings",
                    "dtype",
                    "n_inner",
                    "scale_attn_weights",
                    "scale_attn_by_inverse_layer_idx",
                    "add_cross_attention",
                )(c),
                "n_ctx": 128,
            },
            names=lambda n: n.removeprefix("transformer."),
            extra={f"h.{i}.attn.bias": [1, 1, 128, 128] for i in range(2)},
        ),
        shape("stored-in-bfloat16", GPT2, lengths=FEW_LENGTHS, dtype="bfloat16"),
        shape("attends-to-another-text", {**GPT2, "add_cross_attention": True}, refused="add_cross_attention"),
    ],
    spreads=GPT2_SPREADS,
)

NEOX = {**{k: v for k, v in SIZES.items() if k != "pad_token_id"}, "num_attention_heads": 4, "hidden_size": 64}


def neox_old(config):
    config = old_keys()(config)
    config["rotary_emb_base"] = config.pop("rope_theta")
    config["rotary_pct"] = config.pop("partial_rotary_factor")
    return config


family(
    "gpt_neox",
    "GPTNeoXConfig",
    "GPTNeoXForCausalLM",
    [
        shape("parallel", NEOX, lengths=LONG_LENGTHS),
        shape(
            "sequential-no-biases-tied",
            {
                **NEOX,
                "use_parallel_residual": False,
                "attention_bias": False,
                "tie_word_embeddings": True,
                "rope_parameters": {**rope(), "partial_rotary_factor": 0.5},
            },
        ),
        shape("whole-heads-yarn", {**NEOX, "rope_parameters": {**YARN, "partial_rotary_factor": 1.0}}, lengths=FEW_LENGTHS),
        shape(
            "old-keys",
            {**NEOX, "rope_parameters": {**rope(20000.0), "partial_rotary_factor": 0.25}},
            lengths=FEW_LENGTHS,
            edit=neox_old,
            dtype="bfloat16",
        ),
        shape(
            "absent-keys",
            {**NEOX, "num_attention_heads": 8},
            lengths=FEW_LENGTHS,
            edit=without(
                "rope_parameters",
                "partial_rotary_factor",
                "attention_bias",
                "layer_norm_eps",
                "use_parallel_residual",
                "tie_word_embeddings",
                "hidden_act",
            ),
        ),
    ],
)

# A small logit_scale makes up for wide embeddings, which the layers must not vanish beside.
COHERE_SPREADS = [
    ("embed_tokens", 0.0, wide(10.0)),
    ("lm_head", 0.0, wide(10.0)),
    ("o_proj.weight", 0.0, wide(8.0)),
    ("down_proj.weight", 0.0, wide(8.0)),
]
COHERE_SMALL_SCALE = [(part, mean, wide(30.0)) for part, mean, _ in COHERE_SPREADS]
COHERE = {**SIZES, "logit_scale": 0.25, "pad_token_id": 0}

family(
    "cohere",
    "CohereConfig",
    "CohereForCausalLM",
    [
        shape("gqa", {**COHERE, **GROUPED}, lengths=LONG_LENGTHS),
        shape("qk-norm-biases-untied", {**COHERE, **GROUPED, "use_qk_norm": True, "attention_bias": True, "tie_word_embeddings": False}),
        shape("old-keys", {**COHERE, **GROUPED, "rope_parameters": rope(75000.0)}, lengths=FEW_LENGTHS, edit=old_keys(), dtype="bfloat16"),
        shape(
            "absent-keys",
            {**COHERE, **TWO_WAYS, "logit_scale": 0.0625},
            lengths=FEW_LENGTHS,
            spreads=COHERE_SMALL_SCALE,
            edit=without(
                "logit_scale",
                "num_key_value_heads",
                "rope_parameters",
                "layer_norm_eps",
                "use_qk_norm",
                "attention_bias",
                "tie_word_embeddings",
            ),
        ),
    ],
    spreads=COHERE_SPREADS,
)

COHERE2 = {**COHERE, **GROUPED, "num_hidden_layers": 4, "sliding_window": 16}

family(
    "cohere2",
    "Cohere2Config",
    "Cohere2ForCausalLM",
    [
        shape("every-fourth-full", {**COHERE2, "rope_parameters": rope(50000.0)}, lengths=LONG_LENGTHS),
        shape(
            "layer-types-biases",
            {
                **COHERE2,
                **TWO_WAYS,
                "num_hidden_layers": 3,
                "layer_types": ["full_attention", "sliding_attention", "sliding_attention"],
                "sliding_window": 8,
                "attention_bias": True,
            },
        ),
        shape(
            "old-keys",
            {
                **COHERE2,
                "num_hidden_layers": 3,
                "sliding_window_pattern": 2,
                "rope_parameters": rope(50000.0),
                "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
            },
            lengths=FEW_LENGTHS,
            edit=lambda c: {**old_keys("layer_types", "head_dim")(c), "sliding_window_pattern": 2},
            dtype="bfloat16",
        ),
        shape(
            "absent-keys",
            {**COHERE2, **TWO_WAYS, "sliding_window": 4096, "logit_scale": 0.0625},
            lengths=FEW_LENGTHS,
            spreads=COHERE_SMALL_SCALE,
            edit=without(
                "logit_scale",
                "num_key_value_heads",
                "head_dim",
                "layer_types",
                "sliding_window",
                "rope_parameters",
                "layer_norm_eps",
                "attention_bias",
                "tie_word_embeddings",
            ),
        ),
    ],
    spreads=COHERE_SPREADS,
)

family(
    "starcoder2",
    "Starcoder2Config",
    "Starcoder2ForCausalLM",
    [
        shape("window", {**SIZES, **GROUPED, "sliding_window": 16, "rope_parameters": rope(100000.0)}, lengths=LONG_LENGTHS),
        shape("no-biases-untied", {**SIZES, **TWO_WAYS, "use_bias": False, "tie_word_embeddings": False}),
        shape(
            "old-keys",
            {**SIZES, **GROUPED, "sliding_window": 16, "rope_parameters": rope(100000.0)},
            lengths=FEW_LENGTHS,
            edit=lambda c: {**old_keys()(c), "activation_function": "gelu_pytorch_tanh", "norm_type": "layer_norm", "mlp_type": "default"},
            dtype="bfloat16",
        ),
        shape(
            "absent-keys",
            {**SIZES, "num_attention_heads": 4, "num_key_value_heads": 2},
            lengths=FEW_LENGTHS,
            edit=without(
                "num_key_value_heads", "rope_parameters", "norm_epsilon", "use_bias", "sliding_window", "tie_word_embeddings", "hidden_act"
            ),
        ),
    ],
)

FALCON = {**{k: v for k, v in SIZES.items() if k not in ("pad_token_id", "intermediate_size")}, "num_attention_heads": 4}
FALCON_NEW = {**FALCON, "new_decoder_architecture": True, "num_kv_heads": 2}

family(
    "falcon",
    "FalconConfig",
    "FalconForCausalLM",
    [
        shape("one-kv-head", FALCON, lengths=LONG_LENGTHS),
        shape("grouped-two-norms", {**FALCON_NEW, "bias": True, "ffn_hidden_size": 72}),
        shape("grouped-one-norm", {**FALCON_NEW, "num_ln_in_parallel_attn": 1}, lengths=FEW_LENGTHS),
        shape(
            "a-kv-head-each-sequential-biases",
            {**FALCON, "multi_query": False, "parallel_attn": False, "bias": True, "tie_word_embeddings": False},
        ),
        shape(
            "old-keys-absent-keys",
            FALCON,
            lengths=FEW_LENGTHS,
            edit=lambda c: without(
                "rope_parameters",
                "dtype",
                "num_kv_heads",
                "ffn_hidden_size",
                "layer_norm_epsilon",
                "new_decoder_architecture",
                "alibi",
                "bias",
                "multi_query",
                "parallel_attn",
                "activation",
                "tie_word_embeddings",
                "num_ln_in_parallel_attn",
            )({**c, "torch_dtype": c["dtype"]}),
            dtype="bfloat16",
        ),
        shape("alibi", {**FALCON, "alibi": True}, refused="alibi"),
    ],
)
