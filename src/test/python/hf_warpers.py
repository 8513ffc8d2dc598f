"""Records the oracle of HfWarpersTest: what HF transformers' logits processors make of random rows.

    cd src/test/python && python hf_warpers.py > ../resources/io/gensweep/sampling/hf_warpers.tsv    # needs torch and transformers

One line a case, tab-separated: temperature, top_k, top_p, min_p, repetition_penalty, prompt ids, logits (float32, hex
bits), probabilities after all rules (float32 decimal, 0 where dropped).
"""

import random
import struct

import torch
from transformers.generation.logits_process import (
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

random.seed(7)
VOCAB = 24

for case in range(120):
    # Ties only without top_p, where HF leaves open which of them it keeps.
    tied = case % 3 == 0
    logits = [random.gauss(0, 3) for _ in range(VOCAB)]
    if tied:
        logits = [round(x) / 2 for x in logits]
    temperature = random.choice([1.0, 0.6, 1.3])
    top_k = random.choice([0, 0, 1, 3, 9, 30])
    top_p = 1.0 if tied else random.choice([1.0, 0.95, 0.8, 0.5, 0.1])
    min_p = random.choice([0.0, 0.0, 0.02, 0.1, 0.4])
    penalty = random.choice([1.0, 1.0, 1.2, 0.8])
    prompt = [random.randrange(VOCAB) for _ in range(5)]
    ids = torch.tensor([prompt])
    row = torch.tensor([logits], dtype=torch.float32)
    processors = []
    if penalty != 1:
        processors.append(RepetitionPenaltyLogitsProcessor(penalty))
    processors.append(TemperatureLogitsWarper(temperature))
    if top_k:
        processors.append(TopKLogitsWarper(top_k))
    if top_p < 1:
        processors.append(TopPLogitsWarper(top_p))
    if min_p > 0:
        processors.append(MinPLogitsWarper(min_p))
    scores = row.clone()
    for processor in processors:
        scores = processor(ids, scores)
    probabilities = torch.softmax(scores, -1)[0].tolist()
    print(
        temperature,
        top_k,
        top_p,
        min_p,
        penalty,
        ",".join(map(str, prompt)),
        ",".join(struct.pack(">f", x).hex() for x in row[0].tolist()),
        ",".join("0" if p == 0 else f"{p:.9g}" for p in probabilities),
        sep="\t",
    )
