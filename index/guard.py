"""Is somebody in danger, is it an attack? Linear models over a message's vector and letters, learned when the index is built.

Each learns from written examples against their look-alikes (the same words in policy questions, training cases and small talk),
the banks and off-topic questions. ``assistant/guards/`` decides with them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.chunking import COMMON, Entry, EntryKind
from index.evidence import fit_view, weigh_views
from index.letters import letter_matrix, letter_view, rarity_of

Floats = NDArray[np.float32]

GUARDED: tuple[EntryKind, ...] = ("disclosure", "attack")
"""Kinds that have a guard."""
_VECTOR_STRENGTH = 30.0
_LETTER_STRENGTH = 0.5
_HARD = 4.0
"""How much more a look-alike counts than any other message that is not of the kind: they lie at the border."""
_NEAR = 5
_BLOCK = 512
"""Messages whose similarities are computed at a time."""
_VOTERS = 15


@dataclass(frozen=True)
class GuardModel:
    """Coefficients, the last one of each row the constant.

    Attributes:
        rarity: (SIZE,) weights of the letters' columns.
        view: (dimension + 1,) of the vector; ``letters``: (SIZE + 1,) of the letters.
        weights: (5,) of the two views and the similarities to the nearest examples of the kind and of none.
    """

    rarity: Floats
    view: Floats
    letters: Floats
    weights: Floats

    def judge(self, text: str, vector: Floats, alike: Floats, unlike: Floats) -> float:
        """Log-odds that a message is of the kind that was learned, where both sorts are equally frequent.

        Args:
            alike, unlike: cosine similarities to the examples of the kind and to all other messages, in any order.
        """
        by_vector = float(self.view[:-1] @ vector + self.view[-1])
        by_letters = letter_view(text, self.rarity, self.letters)
        features = [by_vector, by_letters, nearness(alike), nearness(unlike), 1.0]
        return float(self.weights @ np.array(features, dtype=np.float32))

    def save(self, file: Path, key: str = "") -> None:
        """Write the arrays, and a key that says what they were learned from, as ``.npz``."""
        np.savez(file, key=np.array(key), **asdict(self))


def load_guard(file: Path) -> GuardModel:
    """Read what ``save`` wrote."""
    with np.load(file) as stored:
        return GuardModel(**{field.name: stored[field.name] for field in fields(GuardModel)})


def nearness(similarities: Floats) -> float:
    """Mean of the highest similarities."""
    count = min(_NEAR, len(similarities))
    return float(np.partition(similarities, -count)[-count:].mean()) if count else 0.0


def learn_guard(kind: EntryKind, entries: Sequence[Entry], vectors: Floats) -> GuardModel:
    """Learn to tell the messages of a kind from the other ``MESSAGES`` that every index holds.

    Args:
        entries: of any kind; what belongs to a publication is left out, so that the guards are the same in every index.
        vectors: (entries, dimension).
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    rows = [row for row, entry in enumerate(entries) if entry.kind in COMMON]
    texts, labels = [entries[row].text for row in rows], np.array([entries[row].kind == kind for row in rows])
    hard = np.array([entries[row].kind == "lookalike" for row in rows])
    counts = np.where(hard, _HARD, 1.0)
    counts[labels] = counts[~labels].sum() / max(1, labels.sum())
    counts /= counts.mean()
    rarity, own = rarity_of(texts), vectors[rows]
    view, by_vector = fit_view(LogisticRegression(C=_VECTOR_STRENGTH, max_iter=500), own, labels, counts)
    letters, by_letters = fit_view(LinearSVC(C=_LETTER_STRENGTH, random_state=0), letter_matrix(texts, rarity), labels, counts)
    alike, unlike = _held_out_nearness(own, labels)
    return GuardModel(rarity, view, letters, weigh_views(np.column_stack([by_vector, by_letters, alike, unlike]), labels, counts))


def _held_out_nearness(vectors: Floats, labels: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Nearness of each message to the examples of the kind and to the others, itself left out."""
    alike, unlike = [], []
    for begin in range(0, len(vectors), _BLOCK):
        similarities = vectors[begin : begin + _BLOCK] @ vectors.T
        np.fill_diagonal(similarities[:, begin:], -1.0)
        alike.append(np.apply_along_axis(nearness, 1, similarities[:, labels]))
        unlike.append(np.apply_along_axis(nearness, 1, similarities[:, ~labels]))
    return np.concatenate(alike), np.concatenate(unlike)


def most_like(entries: Sequence[Entry], similarities: Sequence[float]) -> str:
    """Who the writer seems to be: what most of the nearest disclosures say, nearer ones counting more."""
    nearest = sorted(zip(similarities, (entry.asked for entry in entries), strict=True), reverse=True)[:_VOTERS]
    votes: defaultdict[str, float] = defaultdict(float)
    for similarity, who in nearest:
        votes[who] += similarity - nearest[-1][0] + 1e-6
    return max(votes, key=lambda who: votes[who])
