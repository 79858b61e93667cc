"""What a search found, and how the searches of several publications become one.

Every publication is searched as if it stood alone, so that another one beside it changes nothing in it. How likely it is the one
that a question is for, ``chances`` tells; the chance of a unit is that of its publication times its own within it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.chunking import Entry
from index.evidence import Signals

Floats = NDArray[np.float32]


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
        signals: what tells whether the corpus answers (``index/evidence.py``); of several publications those of the likeliest.
    """

    hits: tuple[Hit, ...]
    vector: Floats
    questions: tuple[tuple[Entry, float], ...]
    gaps: tuple[tuple[Entry, float], ...]
    signals: Signals


def merged(searches: Sequence[Search]) -> Search:
    """The searches of several publications as one."""
    if len(searches) == 1:
        return searches[0]
    best = max(searches, key=lambda search: fit(search.signals))
    most = fit(best.signals)
    hits = [
        Hit(hit.locator, hit.score - search.hits[0].score + fit(search.signals) - most)
        for search in searches
        for hit in search.hits
    ]
    return replace(
        best,
        hits=tuple(sorted(hits, key=lambda hit: -hit.score)),
        questions=_nearest([search.questions for search in searches]),
        gaps=_nearest([search.gaps for search in searches]),
    )


def fit(signals: Signals) -> float:
    return signals.plain


def _nearest(found: Sequence[tuple[tuple[Entry, float], ...]]) -> tuple[tuple[Entry, float], ...]:
    return tuple(sorted((pair for each in found for pair in each), key=lambda pair: -pair[1]))
