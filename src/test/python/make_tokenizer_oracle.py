"""Trains small tokenizers and records what Hugging Face transformers makes of texts with them.

Run from the repository root with transformers 5.x and tokenizers installed:

    python src/test/python/make_tokenizer_oracle.py

Writes src/test/resources/tokenizers/<name>/: tokenizer.json, tokenizer_config.json and oracle.json ({vocab_size, bos_token_id, texts:
[{text, ids: {parse, parse_added, plain, plain_added}, decoded, decoded_skipped}], id_lists: [{ids, decoded, decoded_skipped}]}).

One rule differs from transformers on purpose: if a text brings its own BOS, the automatic one is left out (see with_one_bos).
"""

import json
import pathlib
import random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

FOLDER = pathlib.Path("src/test/resources/tokenizers")

CORPUS = """\
The quick brown fox jumps over the lazy dog, and the dog doesn't mind at all.
It was the first day of spring; the river ran high and the boats stayed home.
She said: "We'll meet at 10:30 on 24 July 2024, won't we?" He said nothing.
def add(a, b):\n    return a + b  # the sum of two numbers\n\nprint(add(1, 2))
Numbers such as 3.14159, 1,000,000 and 2048 are split into digits or threes.
Der Fluß fließt schnell, und die Boote bleiben über Nacht im Hafen.
L'été, le café était fermé; à midi, personne ne travaillait.
你好，世界。今天天气很好，我们去公园散步吧。
Привет, мир. Сегодня хорошая погода.
日本語の文章も少しだけ入れておきます。
system user assistant system user assistant message content role
""".split("\n")

LLAMA3_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def special(content, **flags):
    return AddedToken(content, special=True, normalized=False, **flags)


def byte_level():
    """Like Llama 3: special tokens after the vocabulary, BOS by a template; it also truncates and pads."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA3_SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=700, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_tokens(
        [
            special("<|begin_of_text|>"),
            AddedToken("<tool>", normalized=False),
            special("<|end_of_text|>"),
            special("<|im_start|>"),
            AddedToken("lower", single_word=True),
            special("<|im_end|>"),
            AddedToken("</tool>", normalized=True),
        ]
    )
    bos = tokenizer.token_to_id("<|begin_of_text|>")
    tokenizer.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(
                single="<|begin_of_text|> $A", pair=None, special_tokens=[("<|begin_of_text|>", bos)]
            ),
        ]
    )
    tokenizer.enable_truncation(8)
    eos = tokenizer.token_to_id("<|end_of_text|>")
    tokenizer.enable_padding(length=12, pad_token="<|end_of_text|>", pad_id=eos)
    return tokenizer, {"bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>"}


def sentence_pieces(specials):
    """A BPE model over pieces with U+2581 for a space, unknown characters as bytes, special tokens first in the vocabulary."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    trained.train_from_iterator(CORPUS[:7], trainers.BpeTrainer(vocab_size=400, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    pieces = specials + [f"<0x{byte:02X}>" for byte in range(256)]
    pieces += sorted(model["vocab"], key=model["vocab"].get)
    merges = [tuple(merge) for merge in model["merges"]]
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    return Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))


def metaspace():
    """Like Llama 2: a space before the text, and bytes for what has no piece."""
    tokenizer = sentence_pieces(["<unk>", "<s>", "</s>"])
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens([special("<unk>"), special("<s>"), special("</s>")])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)]
    )
    return tokenizer, {"bos_token": {"__type": "AddedToken", "content": "<s>"}, "eos_token": "</s>", "unk_token": "<unk>"}


def phi3():
    """Like Phi-3: as Llama 2 without an automatic BOS, and special tokens that eat the spaces after them."""
    tokenizer = sentence_pieces(["<unk>", "<s>", "</s>"])
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens([special("<unk>"), special("<s>"), special("</s>", rstrip=True), special("<|endoftext|>")])
    tokenizer.add_special_tokens([special(name, rstrip=True) for name in ("<|user|>", "<|assistant|>", "<|end|>", "<|im_start|>")])
    tokens = {"bos_token": "<s>", "eos_token": "<|endoftext|>", "unk_token": "<unk>", "clean_up_tokenization_spaces": False}
    return tokenizer, tokens


def mistral():
    """Like Mistral: a space before the text alone and not after special tokens, without a normalizer."""
    tokenizer = sentence_pieces(["<unk>", "<s>", "</s>", "[INST]", "[/INST]"])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens([special(name) for name in ("<unk>", "<s>", "</s>", "[INST]", "[/INST]")])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)]
    )
    return tokenizer, {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "clean_up_tokenization_spaces": False}


def gemma():
    """Like Gemma: no space before the text, spaces and line ends as tokens of their own that are not special."""
    tokenizer = sentence_pieces(["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>", "\n", "\n\n", "▁▁", "▁▁▁"])
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", behavior="merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens([special(name) for name in ("<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>")])
    tokenizer.add_tokens([AddedToken(name, normalized=False) for name in ("\n", "\n\n", "▁▁", "▁▁▁")])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A", pair="<bos> $A <bos> $B", special_tokens=[("<bos>", 2)]
    )
    tokens = {"bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>", "pad_token": "<pad>"}
    return tokenizer, {**tokens, "clean_up_tokenization_spaces": False}


def qwen():
    """Like Qwen: NFC, single digits by a pattern, no BOS at all, added tokens of which some are not special."""
    tokenizer = Tokenizer(models.BPE(byte_fallback=False))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA3_SPLIT.replace("{1,3}", "")), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    tokenizer.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    trainer = trainers.BpeTrainer(
        vocab_size=600, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_special_tokens([special(name) for name in ("<|endoftext|>", "<|im_start|>", "<|im_end|>")])
    tokenizer.add_tokens([AddedToken(name, normalized=False) for name in ("<tool>", "</tool>", "<think>", "</think>")])
    return tokenizer, {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "clean_up_tokenization_spaces": False}


def gpt2():
    """Like GPT-2: the pattern of ByteLevel itself, one special token for all purposes, cleaned up."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=600, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_special_tokens([AddedToken("<|endoftext|>", special=True, normalized=True)])
    end = "<|endoftext|>"
    return tokenizer, {"bos_token": end, "eos_token": end, "unk_token": end, "clean_up_tokenization_spaces": True}


def digits():
    """Like SmolLM2: single digits, no BOS added, a normalizer, a special token that eats spaces around it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=[special("<|endoftext|>"), special("<|im_start|>"), special("<|im_end|>"), special("<mask>", lstrip=True, rstrip=True)],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokens = {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "clean_up_tokenization_spaces": True}
    return tokenizer, tokens


def words():
    """Whole words only: the one kind of model whose decoded text transformers cleans up."""
    vocabulary = ["[UNK]", "[BOS]", "hello", "world", ",", ".", "!", "do", "n't", "it", "'s", "we", "'", "re"]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens([special("[UNK]")])
    # [BOS] is special by tokenizer_config.json alone.
    return tokenizer, {"bos_token": "[BOS]", "unk_token": "[UNK]", "clean_up_tokenization_spaces": True}


TEXTS = [
    "",
    " ",
    "   ",
    "\n",
    "\n\n \t\r\n",
    "Hello, world!",
    " leading space",
    "  two leading spaces and trailing  ",
    "The quick brown fox jumps over the lazy dog.",
    "don't we're it's  I'LL",
    "1234567890 3.14159 1,000,000",
    "def add(a, b):\n    return a + b\n",
    "caf\u00e9 cafe\u0301 \u00e9t\u00e9",
    "\u0301",
    "\u0301\u0308a\u0327",
    "你好，世界。",
    "日本語 テキスト",
    "🙂",
    "👩‍👩‍👧‍👦 🇩🇪 🙂🙂",
    "\u0000",
    "a\u0000b\u0000",
    "\ufeffbyte order mark",
    "\ufffd \ufffe \U0010ffff",
    "zero\u200bwidth\u00a0space\u3000wide",
    "مرحبا שלום",
    "x" * 1000,
    "supercalifragilistic" * 20,
    "a b " * 200,
    "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
    "<|begin_of_text|>already there",
    "<|begin_of_text|><|begin_of_text|>twice",
    " <|begin_of_text|>after a space",
    "<|endoftext|>",
    "<s>already there</s>",
    "<s>[INST] x [/INST] y </s><s>",
    "text <mask> text<mask>text",
    "<unk>",
    "<|user|> spaces  <|end|> \n after",
    "[INST] x [/INST]y",
    "a\n\n\nb   c    d\n",
    "<tool>call</tool> lower slower <tool",
    "<|im_start|",
    "<|<|im_start|>|>",
    "<|im_start|><|im_start|>",
    "hello , world . do n't it 's we ' re !",
    "[BOS] hello [UNK] world",
    "[BOS]hello",
]


def with_one_bos(ids, hf):
    adds_bos = hf("")["input_ids"][:1] == [hf.bos_token_id]
    return ids[1:] if adds_bos and ids[1:2] == [hf.bos_token_id] else ids


def write(name, tokenizer, config):
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    compact = json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(compact + "\n")
    config = {"tokenizer_class": "PreTrainedTokenizerFast", **config}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
    hf = PreTrainedTokenizerFast.from_pretrained(folder)

    def decoded(ids):
        return {"decoded": hf.decode(ids), "decoded_skipped": hf.decode(ids, skip_special_tokens=True)}

    texts = []
    for text in TEXTS:
        def ids(added, split):
            return hf(text, add_special_tokens=added, split_special_tokens=split)["input_ids"]
        forms = {
            "parse": ids(False, False),
            "parse_added": with_one_bos(ids(True, False), hf),
            "plain": ids(False, True),
            "plain_added": ids(True, True),
        }
        texts.append({"text": text, "ids": forms, **decoded(forms["parse_added"])})
    draw = random.Random(0)
    id_lists = [[draw.randrange(len(hf)) for _ in range(length)] for length in [1] * 20 + [3] * 20 + [30] * 20]
    id_lists.append([len(hf) + 5])
    oracle = {
        "vocab_size": len(hf),
        "bos_token_id": hf.bos_token_id,
        "texts": texts,
        "id_lists": [{"ids": ids, **decoded(ids)} for ids in id_lists],
    }
    (folder / "oracle.json").write_text(json.dumps(oracle, ensure_ascii=True, separators=(",", ":")) + "\n")


def main():
    for make in (byte_level, metaspace, digits, words, phi3, mistral, gemma, qwen, gpt2):
        write(make.__name__.replace("_", "-"), *make())


if __name__ == "__main__":
    main()
