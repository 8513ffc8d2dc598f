"""Runs OpenVINO GenAI or CTranslate2 for side_by_side.py: reads what to generate from standard input and answers on standard output,
as EngineAlone.java does. src/bench/run starts it, with --openvino or --ctranslate2.

    peer.py openvino|ctranslate2 MODEL_FOLDER DTYPE THREADS MOST_SEQUENCES    # the folder is in that engine's own form
"""

import json
import sys
import time
from pathlib import Path

TEMPERATURE, TOP_K, TOP_P = 0.8, 50, 0.95


def openvino(folder, dtype, threads, sequences):
    import numpy
    import openvino
    import openvino_genai

    precision = {"float32": "f32", "bfloat16": "bf16"}[dtype]
    scheduler = openvino_genai.SchedulerConfig()
    scheduler.cache_size = 2  # GB
    scheduler.max_num_batched_tokens = 2048
    scheduler.max_num_seqs = sequences
    scheduler.enable_prefix_caching = False
    pipeline = openvino_genai.ContinuousBatchingPipeline(
        folder,
        scheduler,
        "CPU",
        {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision, "KV_CACHE_PRECISION": precision},
    )

    def generate(prompts, tokens, samples):
        config = openvino_genai.GenerationConfig()
        config.max_new_tokens = config.min_new_tokens = tokens
        config.ignore_eos = config.do_sample = True
        config.num_return_sequences = samples
        config.temperature, config.top_k, config.top_p = TEMPERATURE, TOP_K, TOP_P
        ids = [openvino.Tensor(numpy.array([prompt], dtype=numpy.int64)) for prompt in prompts]
        results = pipeline.generate(ids, [config] * len(ids))
        return sum(len(ids) for result in results for ids in result.m_generation_ids)

    return generate


def ctranslate2(folder, dtype, threads, sequences):
    import ctranslate2

    vocabulary = json.loads(Path(folder, "vocabulary.json").read_text(encoding="utf-8"))
    generator = ctranslate2.Generator(folder, device="cpu", intra_threads=threads, compute_type=dtype)

    def generate(prompts, tokens, samples):
        results = generator.generate_batch(
            [[vocabulary[token] for token in prompt] for prompt in prompts],
            max_batch_size=sequences,
            num_hypotheses=samples,
            max_length=tokens,
            min_length=tokens,
            sampling_temperature=TEMPERATURE,
            sampling_topk=TOP_K,
            sampling_topp=TOP_P,
            include_prompt_in_result=False,
        )
        return sum(len(ids) for result in results for ids in result.sequences_ids)

    return generate


def main(engine, folder, dtype, threads, sequences):
    start = time.perf_counter()
    generate = {"openvino": openvino, "ctranslate2": ctranslate2}[engine](folder, dtype, int(threads), int(sequences))
    print(json.dumps({"load_seconds": time.perf_counter() - start}), flush=True)
    for line in sys.stdin:
        tokens, samples, path = line.rstrip("\n").split(" ", 2)
        prompts = [[int(word) for word in prompt.split()] for prompt in Path(path).read_text().splitlines()]
        start = time.perf_counter()
        generated = generate(prompts, int(tokens), int(samples))
        print(json.dumps({"tokens": generated, "seconds": time.perf_counter() - start}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
