"""Records the oracle of HfMasksTest: which tokens HF's logits processors leave, exactly, and their log-probs.

    cd src/test/python && python hf_masks.py > ../resources/io/gensweep/sampling/hf_masks.jsonl     # needs torch and transformers

One JSON object a line: sampling (keys of a job file), the row (kind, vocab, seed: `row` makes it, as HfMasksTest does), prompt,
generated, ends (token ids), count of the tokens left, SHA-256 of their ids in ascending order joined by commas, and log-probs of some.

Rules on logits and the temperature are computed in float32, as HF does. Cut-offs are computed in float64, because float32 sums over
150,000 tokens are wrong by several tokens. Cases that would be decided otherwise if a cut-off moved by a millionth are left out;
`boundary` cases lie on the cut-off on purpose and are HF's in float32. Where tokens tie at the end of a nucleus, HF keeps those that
its sort puts first; here they are exchanged for those of the lowest ids, which is this project's rule. HF has no frequency and
presence penalty; they are vLLM's formula: logits -= frequency_penalty * count; logits -= presence_penalty * (count > 0).
"""

import hashlib
import json
import math
import sys
from collections import Counter

import torch
from transformers.generation import logits_process as hf

INF = float("inf")
MASK = 0xFFFFFFFF
CUTS = ("top_p", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff")
BOUNDARY = {
    "tenths": [math.log(p) for p in (0.4, 0.3, 0.2, 0.1)],
    "halves": [math.log(p) for p in (0.5, 0.25, 0.125, 0.125)],
    "fours": [0.0] * 4,
}


def hash32(x):
    x &= MASK
    x = (x ^ x >> 16) * 0x7FEB352D & MASK
    x = (x ^ x >> 15) * 0x846CA68B & MASK
    return x ^ x >> 16


def row(kind, vocab, seed):
    """float32 [vocab]; every operation is exact in double or rounded as IEEE 754 says."""
    start = hash32(seed)
    uniform = [(hash32(i + start) >> 8) * 2.0**-24 for i in range(vocab)]
    chosen = start % vocab
    values = {
        "random": lambda i, u: 16 * u - 8,
        "peaked": lambda i, u: 30 * ((u * u) * (u * u)) * ((u * u) * (u * u)) - 6,
        "flat": lambda i, u: 0.5,
        "one-hot": lambda i, u: 20.0 if i == chosen else 0.0,
        "one left": lambda i, u: 1.0 if i == chosen else -INF,
        "half left": lambda i, u: 8 * u if i % 2 == chosen % 2 else -INF,
        "tied": lambda i, u: math.floor(8 * u) / 2,
    }
    if kind in BOUNDARY:
        return torch.tensor(BOUNDARY[kind], dtype=torch.float32)
    return torch.tensor([values[kind](i, u) for i, u in enumerate(uniform)], dtype=torch.float64).float()


def settings(vocab):
    some = [hash32(vocab + i) % vocab for i in range(4)]
    k = max(1, vocab // 3)
    yield {}
    yield {"temperature": 0.7}
    yield {"top_k": 1}
    yield {"top_k": k, "temperature": 1.7}
    yield {"top_k": vocab}
    yield {"top_p": 0.9}
    yield {"top_p": 0.35, "temperature": 0.6}
    yield {"top_p": 0.999}
    yield {"min_p": 0.15}
    yield {"min_p": 1.0}
    yield {"typical_p": 0.6}
    yield {"typical_p": 0.2, "temperature": 1.5}
    yield {"typical_p": 0.97}
    yield {"epsilon_cutoff": 0.04}
    yield {"epsilon_cutoff": 3e-6}
    yield {"eta_cutoff": 0.03}
    yield {"eta_cutoff": 3e-6, "temperature": 1.2}
    yield {"repetition_penalty": 1.3}
    yield {"repetition_penalty": 0.8, "temperature": 0.7, "top_p": 0.8}
    yield {"frequency_penalty": 0.6}
    yield {"presence_penalty": 1.1, "top_k": k}
    yield {"frequency_penalty": -0.5, "presence_penalty": -0.4, "repetition_penalty": 1.1, "min_p": 0.02}
    yield {"no_repeat_ngram_size": 1}
    yield {"no_repeat_ngram_size": 2, "top_p": 0.7}
    yield {"bad_words_ids": [[some[0]], [some[1], some[2]]], "min_p": 0.01}
    yield {"logit_bias": {str(some[0]): 6.5, str(some[1]): -2.25}, "top_k": 2}
    yield {"allowed_token_ids": sorted(set(some)), "temperature": 1.4}
    yield {"allowed_token_ids": sorted(set(some)), "top_p": 0.5}
    yield {"min_tokens": 9, "top_k": k}
    yield {"top_k": k, "top_p": 0.8, "min_p": 0.05}
    yield {"top_k": k, "top_p": 0.8, "min_p": 0.3, "profile": "vllm"}
    yield {"min_p": 0.2, "top_p": 0.6, "profile": "vllm"}
    yield {"top_k": k, "min_p": 0.05, "typical_p": 0.9, "epsilon_cutoff": 0.0001, "eta_cutoff": 0.0002}
    yield {"top_k": k, "top_p": 0.95, "typical_p": 0.7, "temperature": 1.3, "repetition_penalty": 1.2}


def boundaries():
    """Kind and sampling of rows that lie on a cut-off."""
    for kind, masses in (("tenths", (0.4, 0.7, 0.9)), ("halves", (0.5, 0.75)), ("fours", (0.25, 0.5, 0.75))):
        for p in masses:
            yield kind, {"top_p": p}
    yield "tenths", {"min_p": 0.5}
    yield "halves", {"min_p": 0.25}
    yield "fours", {"min_p": 1.0}
    yield "fours", {"epsilon_cutoff": 0.25}
    yield "halves", {"epsilon_cutoff": 0.125}
    yield "fours", {"typical_p": 0.5}


def on_logits(s, prompt, generated, ends, scores):
    ids = torch.tensor([prompt + generated])
    if "logit_bias" in s:
        scores = hf.SequenceBiasLogitsProcessor({(int(i),): b for i, b in s["logit_bias"].items()})(ids, scores)
    if "repetition_penalty" in s:
        scores = hf.RepetitionPenaltyLogitsProcessor(s["repetition_penalty"])(ids, scores)
    counts = torch.zeros_like(scores)
    for token, count in Counter(generated).items():
        counts[0, token] = count
    scores = scores - s.get("frequency_penalty", 0) * counts
    scores = scores - s.get("presence_penalty", 0) * (counts > 0)
    if "no_repeat_ngram_size" in s:
        scores = hf.NoRepeatNGramLogitsProcessor(s["no_repeat_ngram_size"])(ids, scores)
    if "bad_words_ids" in s:
        scores = hf.NoBadWordsLogitsProcessor(s["bad_words_ids"], eos_token_id=None)(ids, scores)
    if "allowed_token_ids" in s:
        kept = scores[0, s["allowed_token_ids"]]
        scores = torch.full_like(scores, -INF)
        scores[0, s["allowed_token_ids"]] = kept
    if len(generated) < s.get("min_tokens", 0):
        scores = scores.clone()
        scores[0, ends] = -INF
    return scores


def lowest_ids(before, after):
    """Of the tokens that tie with the last one kept, as many as were kept, those of the lowest ids."""
    last = after[0][after[0] > -INF].min()
    tied = (before[0] == last).nonzero()[:, 0]
    kept = int((after[0] == last).sum())
    fixed = after.clone()
    fixed[0, tied] = -INF
    fixed[0, tied[:kept]] = last
    return fixed


def cut(s, scores):
    order = ["top_k", "top_p", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff"]
    if s.get("profile") == "vllm":
        order = ["min_p", "top_k", "top_p"]
    makers = {
        "top_k": hf.TopKLogitsWarper,
        "top_p": hf.TopPLogitsWarper,
        "min_p": hf.MinPLogitsWarper,
        "typical_p": lambda p: hf.TypicalLogitsWarper(mass=p),
        "epsilon_cutoff": hf.EpsilonLogitsWarper,
        "eta_cutoff": lambda p: hf.EtaLogitsWarper(p, device="cpu"),
    }
    for key in order:
        if key in s:
            before = scores
            scores = makers[key](s[key])(None, scores)
            if key == "top_p":
                scores = lowest_ids(before, scores)
    return scores


def hangs_on_rounding(s, scores, mask):
    for key in CUTS:
        for factor in (1 - 1e-6, 1 + 1e-6):
            if key in s and 0 < s[key] * factor < 1 and not torch.equal(cut({**s, key: s[key] * factor}, scores) > -INF, mask):
                return True
    return False


def case(kind, vocab, seed, s, boundary):
    prompt = [hash32(seed + i) % vocab for i in range(100, 106)]
    generated = [hash32(seed + i) % vocab for i in (200, 201, 200, 203)]
    ends = [vocab - 1]
    scores = on_logits(s, prompt, generated, ends, row(kind, vocab, seed)[None])
    if "temperature" in s:
        scores = hf.TemperatureLogitsWarper(s["temperature"])(None, scores)
    if torch.isinf(scores).all():
        return None
    if not boundary:
        scores = scores.double()
    left = cut(s, scores)
    mask = left > -INF
    if not boundary and hangs_on_rounding(s, scores, mask):
        return None
    ids = mask[0].nonzero()[:, 0].tolist()
    logprobs = left[0].double().log_softmax(-1)
    some = sorted({ids[(len(ids) - 1) * i // 5] for i in range(6)} | {int(left[0].argmax())})
    return {
        "sampling": s,
        "kind": kind,
        "vocab": vocab,
        "seed": seed,
        "prompt": prompt,
        "generated": generated,
        "ends": ends,
        "count": len(ids),
        "sha256": hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest(),
        "logprobs": {str(i): float(f"{logprobs[i]:.9g}") for i in some},
    }


def cases():
    kinds = ("random", "peaked", "flat", "one-hot", "one left", "half left", "tied")
    for vocab in (2, 60, 150_000):
        for number, s in enumerate(settings(vocab)):
            # Large rows take turns, to keep the file small.
            for kind in kinds if vocab < 1000 else (kinds[number % 7], kinds[(number * 3 + 1) % 7], "random"):
                yield case(kind, vocab, vocab + number, s, False)
    for kind, s in boundaries():
        yield case(kind, 4, 1, s, True)


if __name__ == "__main__":
    made = list(cases())
    written = {json.dumps(made_case) for made_case in made if made_case}
    print(f"{len(written)} cases, {made.count(None)} left out", file=sys.stderr)
    print("\n".join(dict.fromkeys(json.dumps(c) for c in made if c)))
