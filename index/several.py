"""What a search found, and how the searches of several publications become one.

Every publication is searched as if it stood alone, so that another one beside it changes nothing in it. How likely it is the one
that a question is for, its best passage, its words and its own model tell; the chance of a unit is that of its publication times
its own within it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.chunking import Entry
from index.evidence import PLAIN_FROM, Seen, Signals

Floats = NDArray[np.float32]

# Learned as a conditional logit (McFadden 1974) on some 400 questions beside two sets of other publications: docs/evaluation.md.
_SIMILAR = 1.5
"""For each standard deviation of the best passage's similarity."""
_FOREIGN = -4.5
"""For the share of words that a publication does not know."""
_ANSWERED = 1.0
_CLEAR = 5.0
"""Log-odds beyond which a publication's own judgement counts for no more."""


@dataclass(frozen=True)
class Hit:
    """A unit that was found: its locator and fused score."""

    locator: str
    score: float


@dataclass(frozen=True)
class Search:
    """What one search found.

    Attributes:
        hits: all units, best first.
        vector: the question's, for those who look closer.
        questions: the nearest bank questions with their cosine similarity, best first.
        gaps: the nearest known gaps, the same way.
        seen: what the signals are made of.
        signals: what tells whether the corpus answers (``index/evidence.py``); of several publications those of the likeliest.
    """

    hits: tuple[Hit, ...]
    vector: Floats
    questions: tuple[tuple[Entry, float], ...]
    gaps: tuple[tuple[Entry, float], ...]
    seen: Seen
    signals: Signals


def merged(searches: Sequence[Search]) -> Search:
    """The searches of several publications as one."""
    if len(searches) == 1:
        return searches[0]
    chances = _chances(searches)
    best = int(np.argmax(chances))
    hits = [
        Hit(hit.locator, hit.score - search.hits[0].score + chance - chances[best])
        for search, chance in zip(searches, chances, strict=True)
        for hit in search.hits
    ]
    return replace(
        searches[best],
        hits=tuple(sorted(hits, key=lambda hit: -hit.score)),
        questions=_nearest([search.questions for search in searches]),
        gaps=_nearest([search.gaps for search in searches]),
    )


def _chances(searches: Sequence[Search]) -> list[float]:
    """How likely a question is for each publication, in log-odds up to a constant."""
    spread = float(np.mean([search.signals.spread for search in searches]))
    return [
        _SIMILAR * float(search.seen.chunks[0]) / spread + _FOREIGN * search.seen.foreign + _ANSWERED * _answers(search.signals)
        for search in searches
    ]


def _answers(signals: Signals) -> float:
    """Whether a publication seems to answer, on its subject; without a bank only whether it is on the subject."""
    if signals.answered is None:
        return float(np.clip(signals.topical - PLAIN_FROM, -_CLEAR, 0))
    return float(np.clip(min(signals.topical, signals.answered), -_CLEAR, _CLEAR))


def _nearest(found: Sequence[tuple[tuple[Entry, float], ...]]) -> tuple[tuple[Entry, float], ...]:
    return tuple(sorted((pair for each in found for pair in each), key=lambda pair: -pair[1]))
