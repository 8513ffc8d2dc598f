"""Mixtures of experts, all of whose layers attend."""

from families.shapes import *

EXPERTS = {**SIZES, **GROUPED, "num_experts_per_tok": 2}

family(
    "mixtral",
    "MixtralConfig",
    "MixtralForCausalLM",
    [
        shape("window", {**EXPERTS, "num_local_experts": 4, "sliding_window": 16}, lengths=LONG_LENGTHS),
        shape(
            "head-dim-old-keys", {**EXPERTS, "num_local_experts": 4, "head_dim": 16}, lengths=FEW_LENGTHS, edit=old_keys(), dtype="bfloat16"
        ),
        shape(
            "absent-keys",
            {**EXPERTS, "num_local_experts": 8, "num_attention_heads": 8, "num_key_value_heads": 8, "intermediate_size": 16},
            lengths=FEW_LENGTHS,
            edit=without(
                "num_local_experts",
                "num_experts_per_tok",
                "head_dim",
                "num_key_value_heads",
                "rope_parameters",
                "rms_norm_eps",
                "sliding_window",
                "tie_word_embeddings",
            ),
        ),
    ],
)

QWEN_MOE = {**EXPERTS, "moe_intermediate_size": 24, "num_experts": 6, "num_hidden_layers": 3}

family(
    "qwen3_moe",
    "Qwen3MoeConfig",
    "Qwen3MoeForCausalLM",
    [
        shape("normalised", {**QWEN_MOE, "head_dim": 16, "norm_topk_prob": True}, lengths=LONG_LENGTHS),
        shape(
            "dense-layers",
            {
                **QWEN_MOE,
                "head_dim": 16,
                "num_hidden_layers": 4,
                "decoder_sparse_step": 2,
                "mlp_only_layers": [3],
                "attention_bias": True,
                "tie_word_embeddings": True,
            },
        ),
        shape("window", {**QWEN_MOE, "head_dim": 16, "use_sliding_window": True, "sliding_window": 16}, lengths=FEW_LENGTHS),
        shape(
            "old-keys",
            {**QWEN_MOE, "head_dim": 16, "norm_topk_prob": True},
            lengths=FEW_LENGTHS,
            edit=lambda c: {**old_keys()(c), "max_window_layers": 3},
            dtype="bfloat16",
        ),
        shape(
            "absent-keys",
            {**QWEN_MOE, "num_experts_per_tok": 8, "num_experts": 10, "num_hidden_layers": 2, "num_key_value_heads": 4},
            lengths=FEW_LENGTHS,
            edit=without(
                "num_experts_per_tok",
                "num_key_value_heads",
                "head_dim",
                "norm_topk_prob",
                "decoder_sparse_step",
                "mlp_only_layers",
                "rope_parameters",
                "rms_norm_eps",
                "attention_bias",
                "use_sliding_window",
                "sliding_window",
                "tie_word_embeddings",
            ),
        ),
    ],
)

SHARED = {**QWEN_MOE, "shared_expert_intermediate_size": 40}

family(
    "qwen2_moe",
    "Qwen2MoeConfig",
    "Qwen2MoeForCausalLM",
    [
        shape("shared-expert", SHARED, lengths=LONG_LENGTHS),
        shape(
            "normalised-dense-layers-no-biases",
            {**SHARED, "norm_topk_prob": True, "mlp_only_layers": [1], "qkv_bias": False},
        ),
        shape("window", {**SHARED, "use_sliding_window": True, "sliding_window": 16, "max_window_layers": 2}, lengths=FEW_LENGTHS),
        shape("old-keys", SHARED, lengths=FEW_LENGTHS, edit=old_keys("layer_types", "qkv_bias"), dtype="bfloat16"),
        shape(
            "absent-keys",
            {
                **SHARED,
                "num_experts_per_tok": 4,
                "num_attention_heads": 16,
                "num_key_value_heads": 16,
                "num_hidden_layers": 2,
                "hidden_size": 64,
            },
            lengths=FEW_LENGTHS,
            edit=without(
                "num_experts_per_tok",
                "num_attention_heads",
                "num_key_value_heads",
                "norm_topk_prob",
                "decoder_sparse_step",
                "mlp_only_layers",
                "rope_parameters",
                "qkv_bias",
                "layer_types",
                "use_sliding_window",
                "sliding_window",
                "tie_word_embeddings",
            ),
        ),
    ],
)

family(
    "olmoe",
    "OlmoeConfig",
    "OlmoeForCausalLM",
    [
        shape("gqa", {**EXPERTS, "num_experts": 6, "intermediate_size": 24, "pad_token_id": 1}, lengths=LONG_LENGTHS),
        shape(
            "clipped-normalised",
            {
                **EXPERTS,
                **TWO_WAYS,
                "num_experts": 6,
                "intermediate_size": 24,
                "clip_qkv": 0.8,
                "norm_topk_prob": True,
                "attention_bias": True,
            },
        ),
        shape("old-keys", {**EXPERTS, "num_experts": 6, "intermediate_size": 24}, lengths=FEW_LENGTHS, edit=old_keys(), dtype="bfloat16"),
        shape(
            "absent-keys",
            {**EXPERTS, **TWO_WAYS, "num_experts": 10, "num_experts_per_tok": 8, "intermediate_size": 16},
            lengths=FEW_LENGTHS,
            edit=without(
                "num_experts_per_tok",
                "num_key_value_heads",
                "norm_topk_prob",
                "clip_qkv",
                "rope_parameters",
                "rms_norm_eps",
                "attention_bias",
                "tie_word_embeddings",
            ),
        ),
    ],
)

WIDE_HEAD = [("lm_head", 0.0, wide(12.0))]
MULTIPLIERS = {"embedding_multiplier": 6.0, "logits_scaling": 4.0, "residual_multiplier": 0.4, "attention_multiplier": 0.15}
TIED_MULTIPLIERS = {"tie_word_embeddings": True, "embedding_multiplier": 1.5, "residual_multiplier": 1.2, "logits_scaling": 0.8}

family(
    "granitemoe",
    "GraniteMoeConfig",
    "GraniteMoeForCausalLM",
    [
        shape(
            "multipliers",
            {**EXPERTS, **MULTIPLIERS, "num_local_experts": 5, "intermediate_size": 24},
            lengths=LONG_LENGTHS,
            spreads=WIDE_HEAD,
        ),
        shape(
            "tied-biases",
            {**EXPERTS, **MULTIPLIERS, **TIED_MULTIPLIERS, "num_local_experts": 5, "intermediate_size": 24, "attention_bias": True},
        ),
        shape(
            "old-keys",
            {**EXPERTS, **MULTIPLIERS, "num_local_experts": 5, "intermediate_size": 24},
            lengths=FEW_LENGTHS,
            edit=old_keys(),
            dtype="bfloat16",
            spreads=WIDE_HEAD,
        ),
        shape(
            "absent-keys",
            {**EXPERTS, **TWO_WAYS, "num_local_experts": 8, "intermediate_size": 16},
            lengths=FEW_LENGTHS,
            spreads=[("q_proj", 0.0, wide(1.5))],
            edit=without(
                "num_local_experts",
                "num_experts_per_tok",
                "num_key_value_heads",
                "embedding_multiplier",
                "logits_scaling",
                "residual_multiplier",
                "attention_multiplier",
                "rope_parameters",
                "attention_bias",
                "tie_word_embeddings",
                "rms_norm_eps",
            ),
        ),
    ],
)

GLM_MOE = {
    **EXPERTS,
    "head_dim": 16,
    "num_hidden_layers": 3,
    "moe_intermediate_size": 24,
    "n_routed_experts": 6,
    "n_shared_experts": 1,
    "first_k_dense_replace": 1,
    "routed_scaling_factor": 1.5,
}

family(
    "glm4_moe",
    "Glm4MoeConfig",
    "Glm4MoeForCausalLM",
    [
        shape("qk-norm-biases", {**GLM_MOE, "attention_bias": True, "use_qk_norm": True}, lengths=LONG_LENGTHS),
        shape(
            "two-groups-two-shared", {**GLM_MOE, **TWO_WAYS, "n_group": 3, "topk_group": 2, "n_shared_experts": 2, "norm_topk_prob": False}
        ),
        shape("old-keys", {**GLM_MOE, "attention_bias": True}, lengths=FEW_LENGTHS, edit=old_keys(), dtype="bfloat16"),
        shape(
            "absent-keys",
            {
                **EXPERTS,
                "num_experts_per_tok": 8,
                "n_routed_experts": 10,
                "moe_intermediate_size": 16,
                "hidden_size": 64,
                "num_key_value_heads": 8,
                "num_attention_heads": 8,
            },
            lengths=FEW_LENGTHS,
            edit=without(
                "num_experts_per_tok",
                "num_key_value_heads",
                "head_dim",
                "partial_rotary_factor",
                "rope_parameters",
                "n_group",
                "topk_group",
                "first_k_dense_replace",
                "n_shared_experts",
                "norm_topk_prob",
                "routed_scaling_factor",
                "use_qk_norm",
                "attention_bias",
                "rms_norm_eps",
                "tie_word_embeddings",
            ),
        ),
    ],
    spreads=[("e_score_correction_bias", 0.0, 0.3)],
)
