"""Writes src/test/resources/evaluate/squad.json: texts, and what SQuAD's evaluation makes of them before it compares.

    python src/test/python/make_scorer_oracle.py

The rule is the one that torchmetrics has of SQuAD's script: lower case, no ASCII punctuation, no articles, single spaces. ScorersTest compares
with it. Needs torchmetrics.
"""

import json
import pathlib

from torchmetrics.functional.text.squad import _normalize_text

TEXTS = [
    "The Eiffel Tower!",
    "  a  cat, an apple; the   end. ",
    "Theatre, another, lathe",
    "U.S.A.",
    "it's the 1990's",
    "The-An-A",
    "\u00c9cole de la R\u00e9publique",
    "\u201cthe quoted\u201d",
    "a\u00a0b\u2003c",
    "",
    "the",
    "$1,000.50",
    "\u0130stanbul THE \u00df",
    "tab\tand\nnewline the\rend",
    "caf\u00e9 a\u00e9 \u00e9a a",
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
]
OUT = pathlib.Path(__file__).parent.parent / "resources/evaluate/squad.json"
OUT.write_text(json.dumps([{"text": text, "normalized": _normalize_text(text)} for text in TEXTS], indent=1) + "\n")
