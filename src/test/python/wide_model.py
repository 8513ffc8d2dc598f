"""Makes a checkpoint of random weights whose KV cache is large and whose products are small: 512 KiB a token.

    wide_model.py TINY FOLDER      TINY has the tokenizer
"""
import json
import shutil
import sys
from pathlib import Path

import numpy as np

HIDDEN, HEADS, HEAD_DIM, VOCAB = 32, 512, 128, 512
WIDE = HEADS * HEAD_DIM

tiny, folder = map(Path, sys.argv[1:])
folder.mkdir()
for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json"):
    shutil.copy(tiny / name, folder / name)
config = json.loads((tiny / "config.json").read_text())
config.update(
    dtype="float32",
    head_dim=HEAD_DIM,
    hidden_size=HIDDEN,
    intermediate_size=HIDDEN,
    num_attention_heads=HEADS,
    num_hidden_layers=1,
    num_key_value_heads=HEADS,
)
(folder / "config.json").write_text(json.dumps(config))

shapes = {
    "model.embed_tokens": (VOCAB, HIDDEN),
    "model.norm": (HIDDEN,),
    "model.layers.0.input_layernorm": (HIDDEN,),
    "model.layers.0.post_attention_layernorm": (HIDDEN,),
    "model.layers.0.self_attn.q_proj": (WIDE, HIDDEN),
    "model.layers.0.self_attn.k_proj": (WIDE, HIDDEN),
    "model.layers.0.self_attn.v_proj": (WIDE, HIDDEN),
    "model.layers.0.self_attn.o_proj": (HIDDEN, WIDE),
    "model.layers.0.mlp.gate_proj": (HIDDEN, HIDDEN),
    "model.layers.0.mlp.up_proj": (HIDDEN, HIDDEN),
    "model.layers.0.mlp.down_proj": (HIDDEN, HIDDEN),
}
rng = np.random.default_rng(0)
header, data = {}, b""
for name, shape in shapes.items():
    weights = rng.standard_normal(shape, dtype=np.float32) / np.sqrt(shape[-1]) if len(shape) > 1 else np.ones(shape)
    some = weights.astype("<f4").tobytes()
    header[f"{name}.weight"] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(some)]}
    data += some
text = json.dumps(header).encode()
(folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)
