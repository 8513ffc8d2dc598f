"""The shapes that make_families.py records of each model family."""

from families import dense, gemma, hybrid, layernorm, llama, moe, qwen  # noqa: F401
from families.shapes import FAMILIES, spread  # noqa: F401
