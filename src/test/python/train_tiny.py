"""Trains data/models/tiny, a Llama of 1.7 million weights that does short sums, and writes its prompts.

The text is made here: sums and differences of two numbers from 10 to 99, each with its answer worked column by
column. Every written column result is off by one with probability SLIP, so the model learns a distribution and
not only a rule, and a sweep over temperature has something to measure: of the 256 questions of arithmetic.jsonl it
got 100 % right when greedy, 99.6 % at temperature 0.7, 94.1 % at 1.0 and 59 % at 1.5. The operands of every prompt
under data/prompts are kept out of training.

One thread and fixed seeds throughout: the same machine and versions give the same files. About 12 minutes on one
core that multiplies bfloat16 itself (the products of training are bfloat16, the weights float32 until saved).
Run it from the root of the repository:

    python src/test/python/train_tiny.py
"""

import argparse
import json
import math
import random
import re
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

BOS, TURN, TURN_END, TEXT_END = "<|begin_of_text|>", "<|im_start|>", "<|im_end|>", "<|endoftext|>"
VOCABULARY = 512
SLIP = 0.05
IGNORED = -100  # label that the loss skips

# BOS is in the template, so a rendered chat is encoded without the post-processor's BOS.
CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)

ADD_BARE = ["What is {a} + {b}?", "Calculate {a} + {b}.", "How much is {a} plus {b}?", "Add {a} and {b}."]
SUB_BARE = ["What is {a} - {b}?", "Calculate {a} - {b}.", "How much is {a} minus {b}?", "Subtract {b} from {a}."]
ADD_STORY = [
    "{name} has {a} {things} and gets {b} more. How many {things} does {name} have now?",
    "There are {a} {things} in one {box} and {b} {things} in another. How many are there together?",
]
SUB_STORY = [
    "{name} has {a} {things} and gives away {b}. How many {things} are left?",
    "There were {a} {things} in a {box}, then {name} took {b} of them. How many remain?",
]
NAMES = "Ana Ben Chloe David Elena Felix Grace Hugo Ines Jonas Karin Leo Maria Noah Olga Paul Rosa Simon Tara Viktor".split()
THINGS = "apples books coins pencils stones cards marbles stamps eggs flowers buttons shells tickets candles".split()
BOXES = "box basket drawer bag jar".split()
CLOSINGS = ["The answer is {n}.", "That makes {n}.", "So it is {n}."]
SYSTEMS = ["You are good at sums.", "Work the sum out column by column."]


def wording(rng, operation, a, b):
    """One question in words."""
    bare, story = (ADD_BARE, ADD_STORY) if operation == "+" else (SUB_BARE, SUB_STORY)
    pattern = rng.choice(bare) if rng.random() < 0.7 else rng.choice(story)
    return pattern.format(a=a, b=b, name=rng.choice(NAMES), things=rng.choice(THINGS), box=rng.choice(BOXES))


def worked(rng, operation, a, b, slip):
    """The answer worked from the ones to the tens; with probability `slip` a column is off by one."""

    def column(value, top):
        if rng.random() >= slip:
            return value
        return min(max(value + rng.choice([-1, 1]), 0), top)

    (a10, a1), (b10, b1) = divmod(a, 10), divmod(b, 10)
    if operation == "+":
        ones = column(a1 + b1, 18)
        carry, digit = divmod(ones, 10)
        low = f"{a1} + {b1} = {ones}" + (f", write {digit} carry 1" if carry else "")
        tens = column(a10 + b10 + carry, 19)
        high = f"{a10} + {b10}" + (" + 1" if carry else "") + f" = {tens}"
    else:
        borrow = 1 if a1 < b1 else 0
        digit = column(a1 + 10 * borrow - b1, 9)
        low = f"{a1 + 10 * borrow} - {b1} = {digit}" + (", borrow 1" if borrow else "")
        tens = column(a10 - borrow - b10, 9)
        high = f"{a10}" + (" - 1" if borrow else "") + f" - {b10} = {tens}"
    closing = rng.choices(CLOSINGS, weights=[0.7, 0.15, 0.15])[0].format(n=10 * tens + digit)
    return f"{a} {operation} {b}: {low}; {high}. {closing}"


def operands(rng):
    """An operation and its two numbers, the larger one first in a difference."""
    operation = rng.choice("++-")
    a, b = rng.randint(10, 99), rng.randint(10, 99)
    return (operation, a, b) if operation == "+" else (operation, max(a, b), min(a, b))


def key(operation, a, b):
    """What is held out: both orders of a sum are the same."""
    return operation, min(a, b), max(a, b)


def value(operation, a, b):
    return a + b if operation == "+" else a - b


def chat_prefix(question, system=None):
    """What CHAT_TEMPLATE renders, with the generation prompt."""
    turns = [("system", system)] if system else []
    turns.append(("user", question))
    return BOS + "".join(f"{TURN}{r}\n{c}{TURN_END}\n" for r, c in turns) + f"{TURN}assistant\n"


def plain_prompt(question):
    return f"Q: {question}\nA:"


def example(rng, held_out):
    """A training pair (prefix, continuation); two thirds are chats."""
    while True:
        operation, a, b = operands(rng)
        if key(operation, a, b) not in held_out:
            break
    question, answer = wording(rng, operation, a, b), worked(rng, operation, a, b, SLIP)
    if rng.random() < 0.65:
        system = rng.choice(SYSTEMS) if rng.random() < 0.1 else None
        return chat_prefix(question, system), answer + TURN_END
    return BOS + plain_prompt(question), " " + answer + TEXT_END


def held_out_questions(count, seed):
    """`count` distinct questions whose operands training never sees."""
    rng, seen, rows = random.Random(seed), set(), []
    while len(rows) < count:
        operation, a, b = operands(rng)
        if key(operation, a, b) in seen:
            continue
        seen.add(key(operation, a, b))
        rows.append((wording(rng, operation, a, b), str(value(operation, a, b))))
    return rows, seen


def write_prompts(folder, questions):
    """quickstart.jsonl (64, plain text), chat.jsonl (64, messages), arithmetic.jsonl (256, messages)."""
    folder.mkdir(parents=True, exist_ok=True)

    def messages(question):
        return [{"role": "user", "content": question}]

    files = {
        "quickstart.jsonl": [
            {"id": f"quickstart-{i:03}", "prompt": plain_prompt(q), "answer": n} for i, (q, n) in enumerate(questions[:64])
        ],
        "chat.jsonl": [
            {"id": f"chat-{i:03}", "messages": messages(q), "answer": n} for i, (q, n) in enumerate(questions[64:128])
        ],
        "arithmetic.jsonl": [
            {"id": f"arithmetic-{i:03}", "messages": messages(q), "answer": n} for i, (q, n) in enumerate(questions[128:384])
        ],
    }
    for name, rows in files.items():
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return files


def train_tokenizer(seed, held_out):
    """Byte-level BPE of VOCABULARY tokens with every digit on its own; ids 0 to 3 are the special tokens."""
    rng = random.Random(seed)
    specials = [BOS, TURN, TURN_END, TEXT_END]
    texts = []
    for _ in range(20000):
        text = "".join(example(rng, held_out))
        texts.append(re.sub("|".join(map(re.escape, specials)), "\n", text))
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=VOCABULARY,
            special_tokens=specials,
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        ),
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", pair=f"{BOS} $A {BOS} $B", special_tokens=[(BOS, tokenizer.token_to_id(BOS))]
    )
    if tokenizer.get_vocab_size() != VOCABULARY:
        raise SystemExit(f"the text fills {tokenizer.get_vocab_size()} of {VOCABULARY} tokens: make it more varied")
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=BOS,
        eos_token=TURN_END,
        pad_token=TEXT_END,
        additional_special_tokens=[TURN],
        chat_template=CHAT_TEMPLATE,
        model_max_length=512,
        clean_up_tokenization_spaces=False,
    )


def new_model(tokenizer):
    """Untrained weights, with grouped-query attention and tied embeddings."""
    ids = {name: tokenizer.convert_tokens_to_ids(name) for name in (BOS, TURN_END, TEXT_END)}
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=192,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=512,
        rms_norm_eps=1e-5,
        initializer_range=0.04,
        tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        bos_token_id=ids[BOS],
        eos_token_id=ids[TURN_END],
        pad_token_id=ids[TEXT_END],
    )
    model = LlamaForCausalLM(config)
    # A chat ends with one, plain text with the other: the list is what a reader of EOS ids must take whole.
    model.generation_config = GenerationConfig(
        bos_token_id=ids[BOS], eos_token_id=[ids[TURN_END], ids[TEXT_END]], pad_token_id=ids[TEXT_END]
    )
    return model


def batches(tokenizer, held_out, batch, steps, seed):
    """Batches of rows of like length: 16 batches are drawn together and sorted. Loss on continuations only."""
    rng, pad = random.Random(seed), tokenizer.pad_token_id
    group = 16
    for start in range(0, steps, group):
        rows = []
        for _ in range(group * batch):
            prefix, continuation = (
                tokenizer(part, add_special_tokens=False)["input_ids"] for part in example(rng, held_out)
            )
            rows.append((prefix + continuation, [IGNORED] * len(prefix) + continuation))
        rows.sort(key=lambda row: len(row[0]))
        cut = [rows[i : i + batch] for i in range(0, len(rows), batch)]
        rng.shuffle(cut)
        for part in cut[: steps - start]:
            width = max(len(ids) for ids, _ in part)
            yield (
                torch.tensor([ids + [pad] * (width - len(ids)) for ids, _ in part]),
                torch.tensor([labels + [IGNORED] * (width - len(labels)) for _, labels in part]),
            )


def train(model, tokenizer, held_out, args):
    """AdamW with a warm-up and a cosine to zero."""
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}],
        lr=args.rate,
        betas=(0.9, 0.98),
    )
    warmup = max(1, args.steps // 25)
    model.train()
    began, tokens, running = time.time(), 0, None
    for step, (ids, labels) in enumerate(batches(tokenizer, held_out, args.batch, args.steps, args.seed + 2)):
        rate = min(1.0, (step + 1) / warmup) * 0.5 * (1 + math.cos(math.pi * max(0, step - warmup) / args.steps))
        for group in optimizer.param_groups:
            group["lr"] = args.rate * rate
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = model.model(input_ids=ids, use_cache=False).last_hidden_state[:, :-1].float()
        wanted = labels[:, 1:] != IGNORED
        loss = torch.nn.functional.cross_entropy(model.lm_head(hidden[wanted]), labels[:, 1:][wanted])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        tokens += ids.numel()
        running = loss.item() if running is None else 0.95 * running + 0.05 * loss.item()
        if step % 50 == 49:
            seconds = time.time() - began
            print(f"step {step + 1} loss {running:.4f} tokens {tokens} seconds {seconds:.0f}", flush=True)
    return time.time() - began


def stated(text):
    """The answer that a continuation gives: its last whole number."""
    numbers = re.findall(r"\d+", text)
    return numbers[-1] if numbers else None


@torch.no_grad()
def accuracy(model, tokenizer, prompts, answers, temperature, seed):
    """(share right, share that stopped by itself) of one continuation per prompt (already rendered, BOS included)."""
    torch.manual_seed(seed)
    tokenizer.padding_side = "left"
    encoded = tokenizer(prompts, add_special_tokens=False, padding=True, return_tensors="pt")
    how = {"do_sample": False} if temperature == 0 else {"do_sample": True, "temperature": temperature, "top_k": 0}
    out = model.generate(
        input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"], max_new_tokens=96, **how
    )[:, encoded["input_ids"].shape[1] :]
    texts = tokenizer.batch_decode(out, skip_special_tokens=True)
    stops = set(model.generation_config.eos_token_id)
    right = sum(stated(text) == answer for text, answer in zip(texts, answers, strict=True))
    stopped = sum(any(i in stops for i in row) for row in out.tolist())
    for text in texts[:3]:
        print(f"  T={temperature}: {text!r}")
    return right / len(texts), stopped / len(texts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=Path("data/models/tiny"))
    parser.add_argument("--prompts", type=Path, default=Path("data/prompts"))
    parser.add_argument("--steps", type=int, default=2800)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=20)
    args = parser.parse_args()

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(args.seed)
    questions, held_out = held_out_questions(384, args.seed)
    files = write_prompts(args.prompts, questions)
    tokenizer = train_tokenizer(args.seed + 1, held_out)
    model = new_model(tokenizer)
    print(f"{sum(p.numel() for p in model.parameters())} weights", flush=True)
    seconds = train(model, tokenizer, held_out, args)
    print(f"trained in {seconds:.0f} seconds", flush=True)

    args.model.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(args.model)
    model.to(torch.bfloat16).save_pretrained(args.model)
    (args.model / "model.safetensors").chmod(0o644)

    # Accuracy of what was saved: bfloat16 weights, float32 arithmetic.
    model = LlamaForCausalLM.from_pretrained(args.model, dtype=torch.float32).eval()
    sets = {
        "quickstart": [BOS + row["prompt"] for row in files["quickstart.jsonl"]],
        "arithmetic": [
            tokenizer.apply_chat_template(row["messages"], tokenize=False, add_generation_prompt=True)
            for row in files["arithmetic.jsonl"]
        ],
    }
    for name, prompts in sets.items():
        answers = [row["answer"] for row in files[f"{name}.jsonl"]]
        for temperature in (0.0, 0.7, 1.0, 1.5):
            right, stopped = accuracy(model, tokenizer, prompts, answers, temperature, args.seed)
            print(f"{name} temperature {temperature}: right {right:.3f}, stopped {stopped:.3f}", flush=True)


if __name__ == "__main__":
    main()
