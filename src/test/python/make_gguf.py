"""Makes small GGUF files with llama.cpp's own converter and gguf package, and records what transformers has instead.

    python src/test/python/make_gguf.py LLAMA_CPP     # src/test/resources/gguf

LLAMA_CPP is the folder vendor/llama.cpp of the sdist llama-cpp-python 0.3.36, whose convert_hf_to_gguf.py and gguf-py are used. Needs
sentencepiece besides requirements-oracle.txt.

- types.gguf: a tensor of random blocks for each type of tensor, and NAME.values, what gguf's dequantize makes of it; and a metadata key for each type
  of value.
- FAMILY-SHAPE.gguf: a model of random weights, converted to F32. FAMILY-SHAPE.json has its config.json and the formula of its weights, as
  make_families.py has them.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy
import sentencepiece
import tokenizers

import make_families
from families import shapes

LLAMA_CPP = Path(sys.argv[1])
sys.path[:0] = [str(LLAMA_CPP), str(LLAMA_CPP / "gguf-py")]
import gguf  # noqa: E402
import convert_hf_to_gguf as converter  # noqa: E402
from conversion.base import TextModel  # noqa: E402

RESOURCES = Path(__file__).resolve().parents[1] / "resources" / "gguf"
TINY = Path(__file__).resolve().parents[3] / "data" / "models" / "tiny"
ROWS, ROW = 2, 512
TYPES = "F32 F16 BF16 Q8_0 Q4_0 Q4_1 Q5_0 Q5_1 Q4_K Q5_K Q6_K".split()
# Of each block: where its float16 numbers are.
SCALES = {"Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}


def blocks(kind, random):
    """Random bytes; float16 numbers are finite, some of them 0, subnormal or negative."""
    elements, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[kind]]
    count = ROWS * ROW // elements
    data = random.integers(0, 256, (count, size), numpy.uint8)
    for at in SCALES.get(kind, range(0, size, 2) if kind == "F16" else []):
        half = random.integers(0, 2**16, count).astype(numpy.uint16)
        half[(half & 0x7C00) == 0x7C00] &= 0xBFFF
        half[:4] = [0, 0x8000, 0x0001, 0x83FF]
        data[:, at : at + 2] = half.view(numpy.uint8).reshape(count, 2)
    if kind in ("F32", "BF16"):
        numbers = random.normal(size=count).astype(numpy.float32)
        return numbers.reshape(ROWS, ROW) if kind == "F32" else (numbers.view(numpy.uint32) >> 16).astype(numpy.uint16).view(numpy.uint8).reshape(ROWS, -1)
    return data.reshape(ROWS, -1)


def write_types():
    writer = gguf.GGUFWriter(RESOURCES / "types.gguf", "llama")
    writer.add_uint8("test.uint8", 255)
    writer.add_int8("test.int8", -128)
    writer.add_uint16("test.uint16", 65535)
    writer.add_int16("test.int16", -32768)
    writer.add_uint32("test.uint32", 4294967295)
    writer.add_int32("test.int32", -2147483648)
    writer.add_uint64("test.uint64", 18446744073709551615)
    writer.add_int64("test.int64", -9223372036854775808)
    writer.add_float32("test.float32", 1e-5)
    writer.add_float64("test.float64", 1e-300)
    writer.add_bool("test.bool", True)
    writer.add_string("test.string", "é\U0001f600")
    writer.add_array("test.texts", ["a", "", "\u4e2d"])
    writer.add_array("test.numbers", [1, -2, 3])
    writer.add_array("test.decimals", [0.1, -2.5])
    writer.add_array("test.flags", [True, False])
    random = numpy.random.default_rng(1)
    for kind in TYPES:
        quant = gguf.GGMLQuantizationType[kind]
        data = blocks(kind, random)
        raw = data.view(numpy.uint8)
        values = gguf.dequantize(data if kind == "F32" else raw.view(numpy.float16) if kind == "F16" else raw, quant)
        writer.add_tensor(kind, raw, raw_dtype=quant)
        writer.add_tensor(kind + ".values", values.astype(numpy.float32).reshape(ROWS, ROW))
    # A type that no one reads, beside them.
    writer.add_tensor("Q2_K", random.integers(0, 256, (1, 84), numpy.uint8), raw_dtype=gguf.GGMLQuantizationType.Q2_K)
    close(writer)


def close(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


SIZES = {
    "vocab_size": 512,
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "pad_token_id": 3,
    "tie_word_embeddings": True,
}
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 500000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
LONG = {
    "rope_type": "longrope",
    "rope_theta": 10000.0,
    "long_factor": [1.0, 4.1],
    "short_factor": [1.0, 1.125],
    "original_max_position_embeddings": 64,
}
YARN = {"rope_type": "yarn", "rope_theta": 1000000.0, "factor": 4.0, "original_max_position_embeddings": 64}
PIECES = {"vocab_size": 384, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}

# Name, class, tokenizer, and what the config has besides SIZES.
FAMILIES = [
    ("llama-plain", "Llama", "bpe", {"tie_word_embeddings": False, "rms_norm_eps": 1e-5, "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}}),
    ("llama-llama3", "Llama", "bpe", {"head_dim": 64, "num_attention_heads": 2, "num_key_value_heads": 1, "rms_norm_eps": 1e-5, "rope_parameters": LLAMA3}),
    ("llama-pieces", "Llama", "pieces", PIECES | {"rope_parameters": {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}}),
    ("qwen2-yarn", "Qwen2", "bpe", {"rope_parameters": YARN}),
    ("qwen3-plain", "Qwen3", "bpe", {"head_dim": 16, "rope_parameters": {"rope_type": "default", "rope_theta": 1000000.0}}),
    ("gemma2-plain", "Gemma2", "pieces", PIECES | {"head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 32}),
    ("gemma3-plain", "Gemma3Text", "pieces", PIECES | {"head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 32, "num_hidden_layers": 7}),
    ("phi3-longrope", "Phi3", "pieces", PIECES | {"tie_word_embeddings": False, "original_max_position_embeddings": 64, "rope_parameters": LONG, "sliding_window": 100}),
]


def train_pieces(folder, prefix):
    """A SentencePiece BPE of this file's words, with bytes."""
    sentencepiece.SentencePieceTrainer.Train(
        input=__file__,
        model_prefix=str(folder / "tokenizer"),
        model_type="bpe",
        vocab_size=384,
        byte_fallback=True,
        character_coverage=0.98,
        pad_id=0, bos_id=1, eos_id=2, unk_id=3,
        user_defined_symbols=["<turn>"],
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        add_dummy_prefix=prefix,
        num_threads=1,
        minloglevel=2,
    )
    added = {"4": {"content": "<turn>", "special": False}}
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "LlamaTokenizer", "added_tokens_decoder": added}))


TEXTS = ["", " ", "Hello world", "  two  spaces ", "\n\ttabs\n\n", "1234 x=5;", "caf\u00e9 \u4e2d\U0001f600", "a" * 30, "def train(folder):"]


def encode(kind, texts, folder):
    """What the tokenizer's own library makes of texts, without BOS."""
    if kind == "bpe":
        tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        return {text: tokenizer.encode(text, add_special_tokens=False).ids for text in texts}
    tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    return {text: tokenizer.encode(text) for text in texts}


def convert(name, kind, tokenizer, config):
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        family = {"config": f"{kind}Config", "model": f"{kind.removesuffix('Text')}ForCausalLM", "norm_mean": 0.0 if "Gemma" in kind else 1.0, "spreads": []}
        shape = shapes.shape(name, SIZES | config)
        written, tensors = make_families.write_checkpoint(family, shape, folder)
        if tokenizer == "bpe":
            for file in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
                shutil.copy(TINY / file, folder)
        else:
            train_pieces(folder, "Gemma" not in kind)
        tokens = encode(tokenizer, TEXTS, folder)
        if "Gemma" in kind:  # With a space put before a text, llama.cpp puts one after each added token too.
            tokens |= encode(tokenizer, ["<turn>a<turn> b"], folder)
        target = RESOURCES / f"{name}.gguf"
        sys.argv = ["convert_hf_to_gguf.py", str(folder), "--outfile", str(target), "--outtype", "f32", "--model-name", name]
        converter.main()
    record = {"config": written, "dtype": "float32", "tensors": tensors, "tokens": tokens}
    (RESOURCES / f"{name}.json").write_text(json.dumps(record) + "\n")
    print(name, target.stat().st_size)


def main():
    RESOURCES.mkdir(exist_ok=True)
    write_types()
    # It knows a tokenizer by a hash of what it does, and ours is no published one; it cuts text as SmolLM's.
    TextModel.get_vocab_base_pre = lambda self, tokenizer: "smollm"
    for family in FAMILIES:
        convert(*family)


main()
