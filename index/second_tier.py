"""The second tier: passages of the sources that the guidance cites, searched only where one is named or cited by a place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from corpus.locator import Locator
from index.chunking import Entry
from index.keyword import KeywordIndex

Floats = NDArray[np.float32]

_SHARED_WEIGHT = 0.1
"""Of the share of the question's words, against the cosine: within one source nearly everything is similar."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a source.

    Attributes:
        ahead: how much more similar to the question (cosine) it is than the best passage of the guidance; negative: less.
        shared: share of the question's words that it holds, each counting as much as it is rare (0–1).
    """

    entry: Entry
    ahead: float
    shared: float


class SecondTier:
    """Passages of sources.

    Args:
        passages, vectors: the entries of kind ``source`` and their vectors, row by row.
        guidance, guidance_vectors: the chunks of the first tier, likewise: what a passage has to be better than.
        embed_question, embed_texts: give a question and texts their vectors.
    """

    def __init__(
        self,
        passages: Sequence[Entry],
        vectors: Floats,
        guidance: Sequence[Entry],
        guidance_vectors: Floats,
        embed_question: Callable[[str], Floats],
        embed_texts: Callable[[list[str]], list[list[float]]],
    ) -> None:
        self._passages, self._vectors = passages, vectors
        self._guidance_vectors = guidance_vectors
        self._embed_question, self._embed_texts = embed_question, embed_texts
        self._words = KeywordIndex([entry.text for entry in passages])
        self._tokens = [set(self._words.tokens(entry.text)) for entry in passages]
        everywhere = [*self._tokens, *(set(self._words.tokens(entry.text)) for entry in guidance)]
        self._counts = Counter(token for tokens in everywhere for token in tokens)
        self._texts = len(everywhere)

    def search(self, question: str, publications: Collection[str]) -> list[Passage]:
        """Passages of some publications, best first."""
        vector = self._embed_question(question)
        guidance = float((self._guidance_vectors @ vector).max(initial=-1.0))
        rows = [row for row, entry in enumerate(self._passages) if Locator.parse(entry.locator).publication in publications]
        found = [
            Passage(self._passages[row], float(similarity) - guidance, self._shared(question, self._tokens[row]))
            for row, similarity in zip(rows, self._vectors[rows] @ vector, strict=True)
        ]
        return sorted(found, key=lambda passage: -(passage.ahead + _SHARED_WEIGHT * passage.shared))

    def scores(self, question: str, texts: list[str]) -> list[float]:
        """How well each of a few texts fits a question; only to be compared with each other."""
        vector = self._embed_question(question)
        return [
            float(np.asarray(row, dtype=np.float32) @ vector)
            + _SHARED_WEIGHT * self._shared(question, set(self._words.tokens(text)))
            for text, row in zip(texts, self._embed_texts(texts), strict=True)
        ]

    def _shared(self, question: str, tokens: Set[str]) -> float:
        asked = {token: self._rarity(token) for token in self._words.tokens(question)}
        return sum(weight for token, weight in asked.items() if token in tokens) / (sum(asked.values()) or 1.0)

    def _rarity(self, token: str) -> float:
        return log((self._texts + 1) / (self._counts[token] + 0.5))
