"""Is the content of a sentence in its quotes? Its words, clause by clause, and its embedding, weighed by a learned model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.checking.actors import roles_known
from assistant.checking.lexicon import lexicon
from assistant.checking.reading import Passage, Reader, Word, coverage, likeness
from corpus.sentences import sentences_in

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

Floats = NDArray[np.float32]

FEATURES = (
    "cover",
    "cover_least",
    "missing",
    "missing_most",
    "elsewhere",
    "similar",
    "margin",
    "said",
    "added",
    "run",
    "appended",
    "ratio",
)
"""Share of the content that the quotes have, of the whole and of the worst clause; weight of what they lack, in all and of one
word; share that one other sentence of the corpus has instead; cosine with the best window of the quotes, and how far that lies
above the best sentence elsewhere; share of the best quoted sentence that is said; what is lacking, times how literal the rest is
(who copies adds, who paraphrases replaces); weight of the longest run of lacking words; of those after a word
that begins an addition of a kind that the quotes do not have; length against the part of the quotes that it is about."""
_SAME = 0.97
"""Cosine from which a sentence of the corpus counts as one of the quotes: it says the same elsewhere."""

_LEAST_SIMILAR = 1.0
"""Standard deviations above the mean of the corpus below which nothing is carried: true pairs lie above 1.6."""


@dataclass(frozen=True)
class CorpusSentences:
    """The sentences of a corpus with their vectors, (sentences, dimension), of length one."""

    texts: Sequence[str]
    vectors: Floats


@dataclass(frozen=True)
class _Evidence:
    """The quotes of a sentence: their sentences, all words, vectors of windows, rows of the corpus' other sentences."""

    parts: Sequence[Passage]
    words: Sequence[Word]
    windows: Floats
    others: NDArray[np.intp]


class Support:
    """Judges whether quotes carry the content of a sentence.

    Args:
        embedder: embeds passages; the vectors of ``around`` are its own.
        around: all sentences of the corpus.
    """

    def __init__(self, reader: Reader, embedder: Embeddings, around: CorpusSentences) -> None:
        self._reader, self._embedder, self._around = reader, embedder, around
        self._known = dict(zip(around.texts, around.vectors, strict=True))
        self._keys = [frozenset().union(*(word.keys for word in reader.read(text).words)) for text in around.texts]
        self._vector = lru_cache(maxsize=4096)(self._embed)
        self._evidence = lru_cache(maxsize=512)(self._gather)

    def carries(self, sentence: Passage, quotes: Sequence[str]) -> bool:
        """Whether the quotes carry the content."""
        weights, constant = _weights()
        features = self.features(sentence, quotes)
        if features[FEATURES.index("similar")] < _LEAST_SIMILAR:
            return False
        return float(weights @ features) + constant > 0

    def features(self, sentence: Passage, quotes: Sequence[str]) -> Floats:
        """The values of ``FEATURES``; cosines in standard deviations above the mean of the corpus, so that embedders compare."""
        evidence = self._evidence(tuple(quotes))
        clauses = _without_named(sentence, evidence.words)
        content = [word for clause in clauses for word in clause if word.weight]
        own = [word for clause in clauses for word in clause]
        lacking = [word for word in content if not likeness(word, evidence.words)]
        lost = [(1 - likeness(word, evidence.words)) * word.weight for word in content]
        whole = self._fit(sentence.text, evidence)
        best = max(evidence.parts, key=lambda part: coverage(sentence.words, part.words))
        values = [
            coverage(content, evidence.words),
            min((coverage(clause, evidence.words) for clause in clauses), default=1.0),
            sum(lost),
            max(lost, default=0.0),
            self._elsewhere(content, lacking, evidence),
            whole[0],
            whole[0] - whole[1],
            coverage(best.words, sentence.words),
            sum(lost) * _literal(sentence, evidence.words) ** 2,
            _longest_run(content, lacking),
            _appended(own, lacking, evidence.words),
            min(2.0, sum(word.weight for word in content) / (sum(word.weight for word in best.content) or 1.0)),
        ]
        return np.array(values, dtype=np.float32)

    def _gather(self, quotes: tuple[str, ...]) -> _Evidence:
        parts = [part.text for quote in quotes for part in sentences_in(quote)] or list(quotes)
        texts = list(dict.fromkeys([*parts, *quotes, *([" ".join(quotes)] if len(quotes) > 1 else [])]))
        windows = np.array([self._vector(text) for text in texts])
        near = (self._around.vectors @ windows.T).max(axis=1)
        others = [
            row
            for row, text in enumerate(self._around.texts)
            if near[row] < _SAME and not any(text in quote or quote in text for quote in quotes)
        ]
        words = [word for quote in quotes for word in self._reader.read(quote).words]
        return _Evidence([self._reader.read(part) for part in parts], words, windows, np.array(others, dtype=np.intp))

    def _embed(self, text: str) -> Floats:
        known = self._known.get(text)
        return known if known is not None else np.asarray(self._embedder.embed_documents([text])[0], dtype=np.float32)

    def _fit(self, text: str, evidence: _Evidence) -> tuple[float, float]:
        """How like a text the best window is, and the best sentence of elsewhere."""
        vector = self._vector(text)
        around = self._around.vectors @ vector
        mean, spread = float(around.mean()), float(around.std()) or 1.0
        other = float(around[evidence.others].max()) if len(evidence.others) else mean
        return (float((evidence.windows @ vector).max()) - mean) / spread, (other - mean) / spread

    def _elsewhere(self, content: Sequence[Word], lacking: Sequence[Word], evidence: _Evidence) -> float:
        total = sum(word.weight for word in content)
        if not lacking or not total:
            return 0.0
        there = (self._keys[row] for row in evidence.others)
        return max((sum(word.weight for word in lacking if word.keys & keys) for keys in there), default=0.0) / total


@cache
def _weights() -> tuple[Floats, float]:
    data = json.loads((files("assistant.checking") / "support.json").read_text(encoding="utf-8"))
    return np.array([data["weights"][name] for name in FEATURES], dtype=np.float32), float(data["constant"])


def _without_named(sentence: Passage, words: Sequence[Word]) -> list[list[Word]]:
    """The clauses of a sentence without roles that the quotes name, in whatever word."""
    roles = lexicon().roles
    said = roles.named_in(word.lower for word in sentence.words)
    known = roles_known(frozenset(word.lower for word in words), said)
    return [[word for word in clause if not roles.named_by(word.lower) & known] for clause in sentence.clauses]


def _literal(sentence: Passage, words: Sequence[Word]) -> float:
    """Share of a sentence's content that stands in the quotes in the same form."""
    lowers = {word.lower for word in words}
    total = sum(word.weight for word in sentence.content)
    return sum(word.weight for word in sentence.content if word.lower in lowers) / total if total else 1.0


def _longest_run(content: Sequence[Word], lacking: Sequence[Word]) -> float:
    best = run = 0.0
    for word in content:
        run = run + word.weight if word in lacking else 0.0
        best = max(best, run)
    return best


def _appended(words: Sequence[Word], lacking: Sequence[Word], quoted: Sequence[Word]) -> float:
    """Weight of what lacks in the heaviest addition: the words from one that begins it to the next, or to a clause's end."""
    additions = lexicon().additions
    known = additions.named_in(word.lower for word in quoted)
    most, open_in, weight = 0.0, -1, 0.0
    for word in words:
        if kinds := additions.named_by(word.lower):
            open_in, weight = (-1 if kinds & known else word.clause), 0.0
        elif word.clause == open_in and word in lacking:
            weight += word.weight
            most = max(most, weight)
    return most
