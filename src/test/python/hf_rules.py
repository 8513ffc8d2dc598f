"""Records the oracle of HfRulesTest: what HF transformers' logits processors, in the order in which generate() applies them, make of
random and adversarial rows.

    cd src/test/python && python hf_rules.py > ../resources/io/gensweep/sampling/hf_rules.jsonl     # needs torch and transformers

One JSON object a line: sampling (keys of a job file), prompt, generated (token ids), logits (float32, hex bits, of all
tokens), probabilities after all rules (0 where dropped).
"""

import json
import random
import struct

import torch
from transformers.generation import logits_process as hf

random.seed(11)
INF = float("-inf")


def rows(vocab):
    """Name and logits: random, flat, one-hot, all but one masked, tied."""
    yield "random", [random.gauss(0, 2) for _ in range(vocab)]
    yield "flat", [0.5] * vocab
    yield "one-hot", [20.0] + [0.0] * (vocab - 1)
    yield "one left", [INF] * (vocab - 1) + [1.0]
    yield "tied", [round(random.gauss(0, 2)) / 2 for _ in range(vocab)]


def settings(vocab):
    some = random.sample(range(vocab), max(1, vocab // 4))
    yield {"repetition_penalty": 1.3}
    yield {"repetition_penalty": 0.8, "temperature": 0.7}
    yield {"min_p": 0.15}
    yield {"typical_p": 0.6}
    yield {"typical_p": 0.2, "temperature": 1.5}
    yield {"epsilon_cutoff": 0.04}
    yield {"eta_cutoff": 0.03}
    yield {"no_repeat_ngram_size": 1}
    yield {"no_repeat_ngram_size": 2}
    yield {"no_repeat_ngram_size": 3}
    yield {"bad_words_ids": [[some[0]]]}
    yield {"bad_words_ids": [[1, 0], [0, 1, 1]]}
    yield {"logit_bias": {str(some[0]): 3.5, str(some[-1]): -2.25}}
    yield {"top_k": max(1, vocab // 3), "min_p": 0.05, "typical_p": 0.9, "epsilon_cutoff": 0.001}
    yield {"top_k": max(1, vocab // 2), "top_p": 0.9, "eta_cutoff": 0.01, "temperature": 1.3}
    yield {"repetition_penalty": 1.2, "logit_bias": {str(some[0]): 1.5}, "no_repeat_ngram_size": 2, "top_p": 0.8}


def processors(s):
    if "logit_bias" in s:
        yield hf.SequenceBiasLogitsProcessor({(int(i),): b for i, b in s["logit_bias"].items()})
    if "repetition_penalty" in s:
        yield hf.RepetitionPenaltyLogitsProcessor(s["repetition_penalty"])
    if "no_repeat_ngram_size" in s:
        yield hf.NoRepeatNGramLogitsProcessor(s["no_repeat_ngram_size"])
    if "bad_words_ids" in s:
        yield hf.NoBadWordsLogitsProcessor(s["bad_words_ids"], eos_token_id=None)
    if "temperature" in s:
        yield hf.TemperatureLogitsWarper(s["temperature"])
    if "top_k" in s:
        yield hf.TopKLogitsWarper(s["top_k"])
    if "top_p" in s:
        yield hf.TopPLogitsWarper(s["top_p"])
    if "min_p" in s:
        yield hf.MinPLogitsWarper(s["min_p"])
    if "typical_p" in s:
        yield hf.TypicalLogitsWarper(mass=s["typical_p"])
    if "epsilon_cutoff" in s:
        yield hf.EpsilonLogitsWarper(s["epsilon_cutoff"])
    if "eta_cutoff" in s:
        yield hf.EtaLogitsWarper(s["eta_cutoff"], device="cpu")


def ordered(name, s):
    """HF's top_p and typical_p keep whichever of tied tokens its sort puts first; those cases say nothing."""
    return name in ("flat", "one-hot", "tied") and ("top_p" in s or "typical_p" in s)


for vocab in (2, 3, 32):
    for s in settings(vocab):
        for name, logits in rows(vocab):
            if ordered(name, s):
                continue
            prompt = [random.randrange(vocab) for _ in range(5)]
            generated = [random.randrange(vocab) for _ in range(4)]
            row = torch.tensor([logits], dtype=torch.float32)
            scores = row.clone()
            for processor in processors(s):
                scores = processor(torch.tensor([prompt + generated]), scores)
            if torch.isinf(scores).all():
                continue
            case = {
                "sampling": s,
                "prompt": prompt,
                "generated": generated,
                "logits": ",".join(struct.pack(">f", x).hex() for x in row[0].tolist()),
                "probabilities": [0 if p == 0 else float(f"{p:.9g}") for p in torch.softmax(scores, -1)[0].tolist()],
            }
            print(json.dumps(case))
