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

from index.chunking import Entry, EntryKind
from index.evidence import fit_view, weigh_views
from index.letters import letter_matrix, letter_row, rarity_of

Floats = NDArray[np.float32]

_VECTOR_STRENGTH = 30.0
_LETTER_STRENGTH = 0.5
_VOTERS = 15


@dataclass(frozen=True)
class GuardModel:
    """Coefficients, the last one of each row the constant.

    Attributes:
        rarity: (SIZE,) weights of the letters' columns.
        view: (dimension + 1,) of the vector; ``letters``: (SIZE + 1,) of the letters.
        weights: (3,) of the two views.
    """

    rarity: Floats
    view: Floats
    letters: Floats
    weights: Floats

    def judge(self, text: str, vector: Floats) -> float:
        """Log-odds that a message is of the sort that was learned, where both sorts are equally frequent."""
        by_vector = float(self.view[:-1] @ vector + self.view[-1])
        by_letters = float(self.letters[:-1] @ letter_row(text, self.rarity) + self.letters[-1])
        return float(self.weights @ np.array([by_vector, by_letters, 1.0], dtype=np.float32))

    def save(self, file: Path) -> None:
        """Write the arrays as ``.npz``."""
        np.savez(file, **asdict(self))


def load_guard(file: Path) -> GuardModel:
    """Read what ``save`` wrote."""
    with np.load(file) as stored:
        return GuardModel(**{field.name: stored[field.name] for field in fields(GuardModel)})


def learn_guard(kind: EntryKind, entries: Sequence[Entry], vectors: Floats) -> GuardModel:
    """Learn to tell the entries of a kind from all other messages; ``vectors``: (entries, dimension)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    rows = [row for row, entry in enumerate(entries) if entry.is_question]
    texts, labels = [entries[row].text for row in rows], [entries[row].kind == kind for row in rows]
    rarity = rarity_of(texts)
    regression = LogisticRegression(C=_VECTOR_STRENGTH, class_weight="balanced", max_iter=2000)
    view, by_vector = fit_view(regression, vectors[rows], labels)
    machine = LinearSVC(C=_LETTER_STRENGTH, class_weight="balanced", random_state=0)
    letters, by_letters = fit_view(machine, letter_matrix(texts, rarity), labels)
    return GuardModel(rarity, view, letters, weigh_views(np.column_stack([by_vector, by_letters]), labels))


def most_like(entries: Sequence[Entry], similarities: Sequence[float]) -> str:
    """Who the writer seems to be: what most of the nearest disclosures say, nearer ones counting more."""
    nearest = sorted(zip(similarities, (entry.asked for entry in entries), strict=True), reverse=True)[:_VOTERS]
    votes: defaultdict[str, float] = defaultdict(float)
    for similarity, who in nearest:
        votes[who] += similarity - nearest[-1][0] + 1e-6
    return max(votes, key=lambda who: votes[who])
