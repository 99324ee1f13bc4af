"""Terms: what an article is found by, in Chinese and in languages with spaces between words.

Chinese has none, so every character and every pair of neighbours is a term (bigrams find words without a dictionary);
other scripts have their words. A query is asked by pairs where it has any, and by the beginnings of its words.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ringdesk.names import HAN, fold

MAX_TERMS: Final = 40
"""Terms of a query; what comes behind adds nothing that finds more."""

_IDLE: Final = re.compile(
    "請問|可不可以|能不能|可以|怎麼樣?|什麼|如何|我想要?|想要|一下|有沒有|是不是|多少|[嗎呢吧啊的了]"
    "|\\b(?:a|an|and|are|can|do|does|for|how|i|in|is|it|my|of|on|or|the|to|what|when|where|you|your)\\b"
)
"""What makes a question of words, and says nothing of what it is about."""


def terms(text: str) -> list[str]:
    """Every term of a text, in its order."""
    found: list[str] = []
    for run in _runs(text):
        found += [*run, *_pairs(run)] if HAN.match(run) else [run]
    return found


def asked(query: str) -> list[str]:
    """The terms of a query, without those that say nothing, unless there are no others."""
    folded = fold(query)
    for spoken in (_IDLE.sub(" ", folded), folded):
        found: list[str] = []
        for run in _runs(spoken):
            found += (_pairs(run) or [run]) if HAN.match(run) else [run]
        if found:
            return list(dict.fromkeys(found))[:MAX_TERMS]
    return []


def covered(query: Sequence[str], text: str) -> float:
    """Which part of the terms of a query (0 to 1) a text has; a word counts from its beginning."""
    if not query:
        return 0.0
    held = set(terms(text))
    words = [term for term in held if not HAN.match(term)]
    hits = sum(term in held or any(word.startswith(term) for word in words) for term in query)
    return hits / len(query)


def _runs(text: str) -> list[str]:
    """Runs of Chinese, and words; each by itself where they touch (LINE群組)."""
    parts: list[str] = []
    for run in re.findall(r"[^\W_]+|[\u3005\u3007]", fold(text)):
        parts += [piece for piece in re.split(f"((?:{HAN.pattern})+)", run) if piece]
    return parts


def _pairs(run: str) -> list[str]:
    return [first + second for first, second in pairwise(run)]
