"""Writes a checkpoint of a published model's shape with random weights, for measuring speed where the real one cannot be had.

    random_model.py qwen3-0.6b|gemma3-270m|moe DIR [float32|bfloat16]

moe has the layout of Qwen3-MoE, with 16 experts of which 4 compute a token.
"""

import sys

import torch
from transformers import AutoModelForCausalLM, Gemma3TextConfig, Qwen3Config, Qwen3MoeConfig

SHAPES = {
    # huggingface.co/Qwen/Qwen3-0.6B, config.json
    "qwen3-0.6b": lambda: Qwen3Config(
        vocab_size=151936, hidden_size=1024, intermediate_size=3072, num_hidden_layers=28, num_attention_heads=16, num_key_value_heads=8,
        head_dim=128, max_position_embeddings=40960, rms_norm_eps=1e-6, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
    ),
    # huggingface.co/google/gemma-3-270m, config.json
    "gemma3-270m": lambda: Gemma3TextConfig(
        vocab_size=262144, hidden_size=640, intermediate_size=2048, num_hidden_layers=18, num_attention_heads=4, num_key_value_heads=1,
        head_dim=256, max_position_embeddings=32768, sliding_window=512, query_pre_attn_scalar=256, tie_word_embeddings=True,
    ),
    "moe": lambda: Qwen3MoeConfig(
        vocab_size=49152, hidden_size=768, intermediate_size=2048, moe_intermediate_size=384, num_experts=16, num_experts_per_tok=4,
        num_hidden_layers=16, num_attention_heads=12, num_key_value_heads=4, head_dim=64, max_position_embeddings=8192,
        norm_topk_prob=True, tie_word_embeddings=True,
    ),
}


def main():
    name, folder = sys.argv[1:3]
    dtype = getattr(torch, sys.argv[3] if len(sys.argv) > 3 else "float32")
    torch.manual_seed(0)
    AutoModelForCausalLM.from_config(SHAPES[name]()).to(dtype).save_pretrained(folder)


if __name__ == "__main__":
    main()
