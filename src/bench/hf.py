"""Runs HF transformers for side_by_side.py: reads what to generate from standard input and answers on standard output, as
EngineAlone.java does. src/bench/run starts it.

    hf.py MODEL_FOLDER DTYPE THREADS
"""

import json
import sys
import time

import torch
from transformers import AutoModelForCausalLM


def main(folder, dtype, threads):
    torch.set_num_threads(int(threads))
    start = time.perf_counter()
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype)).eval()
    print(json.dumps({"load_seconds": time.perf_counter() - start}), flush=True)
    for line in sys.stdin:
        tokens, samples, path = line.rstrip("\n").split(" ", 2)
        with open(path) as file:
            ids = torch.tensor([[int(word) for word in prompt.split()] for prompt in file])
        start = time.perf_counter()
        with torch.inference_mode():
            rows = model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                do_sample=True,
                num_return_sequences=int(samples),
                temperature=0.8,
                top_k=50,
                top_p=0.95,
                max_new_tokens=int(tokens),
                min_new_tokens=int(tokens),
                pad_token_id=model.config.eos_token_id or 0,
            )
        seconds = time.perf_counter() - start
        generated = rows.shape[0] * (rows.shape[1] - ids.shape[1])
        print(json.dumps({"tokens": generated, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
