"""Words of the corpus: parts of Dutch compounds, and the known word that a misspelt one stands for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

WORD = re.compile(r"[^\W_]+")
_PART = 4
"""Letters of the shortest part of a compound: shorter ones ("ver", "aan") split words that are none."""
_JOINTS = ("", "s", "en", "e", "n")
_FUZZY_FROM = 5
_TWO_ERRORS_FROM = 9


class Vocabulary:
    """The distinct lower-case words of some texts.

    Args:
        texts: where words come from.
        trusted: how often a word must stand in them to be what a misspelt one stands for.

    >>> vocabulary = Vocabulary(["hulpverlening en aanbod"])
    >>> vocabulary.parts("hulpverleningsaanbod")
    ('hulpverlening', 'aanbod')
    >>> vocabulary.nearest("hulpverlenning")
    'hulpverlening'
    """

    def __init__(self, texts: Iterable[str], trusted: int = 1) -> None:
        counts = Counter(word for text in texts for word in WORD.findall(text.lower()) if not word.isdigit())
        self.words = frozenset(counts)
        self._long = sorted(word for word, count in counts.items() if len(word) >= _FUZZY_FROM and count >= trusted)
        self.parts = lru_cache(maxsize=20_000)(self._parts)
        self.nearest = lru_cache(maxsize=20_000)(self._nearest)

    def _parts(self, word: str) -> tuple[str, ...]:
        """The known words that a compound is made of; empty for a word that is none."""
        return max(self._splits(word), key=lambda split: min(map(len, split)), default=())

    def _splits(self, word: str) -> list[tuple[str, ...]]:
        found: list[tuple[str, ...]] = []
        for cut in range(_PART, len(word) - _PART + 1):
            head, tail = word[:cut], word[cut:]
            stem = next((h for h in (head.removesuffix(joint) for joint in _JOINTS) if len(h) >= _PART and h in self.words), None)
            if stem is None:
                continue
            if tail in self.words:
                found.append((stem, tail))
            elif len(tail) >= 2 * _PART:
                found += [(stem, *rest) for rest in self._splits(tail)]
        return found

    def _nearest(self, word: str, errors: int = 2) -> str | None:
        """The known word within ``errors`` typing errors (one in a short word; optimal string alignment); None when none is."""
        if len(word) < _FUZZY_FROM or word in self.words:
            return None
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extractOne

        limit = errors if len(word) >= _TWO_ERRORS_FROM else 1
        found = [extractOne(word, self._long, scorer=OSA.distance, score_cutoff=limit)]
        return next((str(best[0]) for best in found if best), None)

    def corrected(self, text: str) -> str:
        """The text with every unknown word that has a near one replaced by it; compounds of known words are left alone."""

        def right(match: re.Match[str]) -> str:
            word = match.group().lower()
            if word in self.words or self.parts(word):
                return match.group()
            return self.nearest(word) or match.group()

        return WORD.sub(right, text)
