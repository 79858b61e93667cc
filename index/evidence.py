"""Does the corpus answer a question? Logistic models over what search sees, learned when the index is built.

*Topical* tells questions on the subject from questions about anything else, *answered* tells questions of the bank from
known gaps. Both look at similarity to passages, bank, gaps and off-topic questions, at shared and foreign words, names and
numbers, and at linear views of the question's vector and letters. Each question of the bank is measured as if it were not in the
bank.

Without enough bank questions and gaps, only a plain topical model with default coefficients is left: similarity to the passages
against similarity to off-topic questions, and the weight of shared words, in standard deviations from the mean over the off-topic
questions, so that it serves any publication.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.vocabulary import WORD
from index.chunking import Entry
from index.keyword import KeywordIndex
from index.letters import letter_matrix, letter_view, rarity_of

Floats = NDArray[np.float32]

_ENOUGH = 50
"""Rows of each sort without which nothing is learned."""
_FOLDS = 5
_STRENGTH = 30.0
"""Inverse of the regularisation of the view of the vector."""
_NEAR = 30
_SHARPNESS = 40.0
_NAME = re.compile(r"(?<=[\w,;:] )[A-ZÀ-Þ][\w-]+")
_DEFAULT = (1.47, 1.36, -0.92, -1.85, 2.15, -1.13, -3.91)
"""Learned on the first publication; used where a publication has no bank of its own."""
PLAIN_FROM = 0.5
"""Log-odds of the plain model from which a question is on the subject."""


@dataclass(frozen=True)
class Signals:
    """Log-odds that a question is on the subject, and that the corpus answers it (None: no model for it).

    Attributes:
        spread: standard deviation of the best similarity over questions about anything else.
    """

    topical: float
    answered: float | None
    spread: float


@dataclass(frozen=True)
class Seen:
    """What search sees of one question.

    Attributes:
        text, vector: the question's.
        chunks, questions, gaps, off_topic: cosine similarities, best first.
        keyword: BM25 of the best chunk; ``tokens``: the question's number of tokens.
        foreign: share of the question's words that the corpus does not know; ``numbers`` and ``names``: how many such numbers
            and capitalised words.
    """

    text: str
    vector: Floats
    chunks: Floats
    questions: Floats
    gaps: Floats
    off_topic: Floats
    keyword: float
    tokens: int
    foreign: float
    numbers: int
    names: int

    def plain(self) -> list[float]:
        """Features that need no bank."""
        return [
            _mean(self.chunks, 1),
            _mean(self.chunks, 5),
            _mean(self.off_topic, 1),
            _mean(self.off_topic, 5),
            float(np.log1p(self.keyword)),
            self.keyword / max(1, self.tokens) ** 0.5,
        ]

    def all(self) -> list[float]:
        """All features but the linear views."""
        return [
            *self.plain(),
            _mean(self.questions, 1),
            _mean(self.questions, 3),
            _mean(self.gaps, 1),
            _mean(self.gaps, 3),
            _soft(self.gaps) - _soft(self.questions),
            self.foreign,
            float(min(self.numbers, 2)),
            float(min(self.names, 2)),
        ]


class WordCounts:
    """In how many texts each word stands: a word that stands in none is foreign to the corpus."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = Counter(word for text in texts for word in set(WORD.findall(text.lower())))

    def foreign(self, question: str, own: int = 0) -> tuple[float, int, int]:
        """Share of foreign words, foreign numbers, foreign names; ``own``: texts of the count that are the question itself."""
        words = WORD.findall(question.lower())
        unknown = {word for word in words if self._counts[word] <= own}
        numbers = sum(any(sign.isdigit() for sign in word) for word in unknown)
        names = sum(name.lower() in unknown for name in _NAME.findall(question))
        return len(unknown) / max(1, len(words)), numbers, names


@dataclass(frozen=True)
class EvidenceModel:
    """Coefficients, the last one of each row the constant.

    Attributes:
        centre, scale: of the plain features over the off-topic questions, (6,).
        weights: (2, features + 2 + 1) for topical and answered: features, linear views, constant; (0, 0): nothing learned.
        views: (2, dimension + 1): the linear views of the vector.
        rarity: (SIZE,) weights of the letters' columns; ``letters``: (2, SIZE + 1) the linear views of the letters.
    """

    centre: Floats
    scale: Floats
    weights: Floats
    views: Floats
    rarity: Floats
    letters: Floats

    def judge(self, seen: Seen, *, plain: bool = False) -> Signals:
        """Log-odds for one question; ``plain``: as if nothing had been learned."""
        spread = float(self.scale[0])
        if plain or not self.weights.size:
            features = (np.array(seen.plain(), dtype=np.float32) - self.centre) / self.scale
            return Signals(_linear(np.array(_DEFAULT, dtype=np.float32), features), None, spread)
        features = np.array(seen.all(), dtype=np.float32)
        topical, answered = (
            _linear(weights, np.append(features, [_linear(view, seen.vector), letter_view(seen.text, self.rarity, letters)]))
            for weights, view, letters in zip(self.weights, self.views, self.letters, strict=True)
        )
        return Signals(topical, answered, spread)

    def save(self, file: Path) -> None:
        """Write the arrays as ``.npz``."""
        np.savez(file, **asdict(self))


def load_evidence(file: Path) -> EvidenceModel:
    """Read what ``save`` wrote."""
    with np.load(file) as stored:
        return EvidenceModel(**{field.name: stored[field.name] for field in fields(EvidenceModel)})


def learn_evidence(entries: Sequence[Entry], vectors: Floats, keywords: KeywordIndex) -> EvidenceModel:
    """Learn from the bank, the gaps and the off-topic questions among ``entries``.

    Args:
        vectors: (entries, dimension), rows of length one.
        keywords: over the chunks, in the order of ``entries``.
    """
    rows = {kind: [row for row, entry in enumerate(entries) if entry.kind == kind] for kind in ("question", "gap", "off_topic")}
    seen = _observe(entries, vectors, keywords, rows)
    off = np.array([s.plain() for s in seen["off_topic"]], dtype=np.float32)
    centre, scale = off.mean(axis=0), off.std(axis=0) + 1e-6
    if min(len(found) for found in rows.values()) < _ENOUGH:
        empty = np.zeros((0, 0), dtype=np.float32)
        return EvidenceModel(centre, scale, empty, empty, empty, empty)
    rarity = rarity_of([s.text for found in seen.values() for s in found])
    topical = _learn([*seen["question"], *seen["gap"]], seen["off_topic"], rarity)
    answered = _learn(seen["question"], seen["gap"], rarity)
    weights, views, letters = (np.stack(pair) for pair in zip(topical, answered, strict=True))
    return EvidenceModel(centre, scale, weights, views, rarity, letters)


def _learn(yes: Sequence[Seen], no: Sequence[Seen], rarity: Floats) -> tuple[Floats, Floats, Floats]:
    """Weights, and the linear views of vector and letters, that tell ``yes`` from ``no``."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    seen, labels = [*yes, *no], [True] * len(yes) + [False] * len(no)
    regression = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=2000)
    view, by_vector = fit_view(regression, np.stack([s.vector for s in seen]), labels)
    machine = LinearSVC(class_weight="balanced", random_state=0)
    letters, by_letter = fit_view(machine, letter_matrix([s.text for s in seen], rarity), labels)
    features = np.column_stack([np.array([s.all() for s in seen], dtype=np.float32), by_vector, by_letter])
    return weigh_views(features, labels), view, letters


def _observe(
    entries: Sequence[Entry], vectors: Floats, keywords: KeywordIndex, rows: dict[str, list[int]]
) -> dict[str, list[Seen]]:
    """What search would see of every bank question, gap and off-topic question if it were not in its own list."""
    chunks = [row for row, entry in enumerate(entries) if entry.kind == "chunk"]
    counts = WordCounts([entries[row].text for row in (*chunks, *rows["question"])])
    found: dict[str, list[Seen]] = {}
    for kind, own in rows.items():
        similar = {other: _highest(vectors[own] @ vectors[theirs].T, kind == other) for other, theirs in rows.items()}
        passages = _highest(vectors[own] @ vectors[chunks].T, False)
        found[kind] = []
        for number, row in enumerate(own):
            text = entries[row].text
            found[kind].append(
                Seen(
                    text,
                    vectors[row],
                    passages[number],
                    similar["question"][number],
                    similar["gap"][number],
                    similar["off_topic"][number],
                    float(keywords.scores(text).max(initial=0.0)),
                    len(keywords.tokens(text)),
                    *counts.foreign(text, own=int(kind == "question")),
                )
            )
    return found


def _highest(similarities: Floats, without_itself: bool) -> Floats:
    """Of each row the highest that any feature looks at, best first; the rest would take gigabytes of a large corpus."""
    if without_itself:
        np.fill_diagonal(similarities, -1.0)
    rest = max(0, similarities.shape[1] - _NEAR)
    if rest:
        similarities.partition(rest, axis=1)
    return -np.sort(-similarities[:, rest:], axis=1)


def fit_view(model: Any, features: Any, labels: Any, counts: Any = None) -> tuple[Floats, Floats]:
    """A linear view of features: coefficients with the constant last, and its value for each row held out.

    Args:
        counts: how much each row counts; None: as the model itself says.
    """
    from sklearn.base import clone
    from sklearn.model_selection import StratifiedKFold

    labels, held_out = np.asarray(labels), np.zeros(len(labels), dtype=np.float32)
    for learned, left in StratifiedKFold(_FOLDS, shuffle=True, random_state=0).split(labels, labels):
        fold = clone(model).fit(features[learned], labels[learned], None if counts is None else counts[learned])
        held_out[left] = fold.decision_function(features[left])
    model.fit(features, labels, counts)
    return np.append(model.coef_[0], model.intercept_[0]).astype(np.float32), held_out


def weigh_views(features: Any, labels: Any, counts: Any = None) -> Floats:
    """Coefficients of a logistic regression over standardised features, the constant last.

    Args:
        counts: how much each row counts; None: so that both classes count the same.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features)
    model = LogisticRegression(class_weight="balanced" if counts is None else None, max_iter=2000)
    model.fit(scaler.transform(features), labels, counts)
    weights = model.coef_[0] / scaler.scale_
    return np.append(weights, model.intercept_[0] - float(weights @ scaler.mean_)).astype(np.float32)


def _mean(values: Floats, count: int) -> float:
    return float(values[:count].mean()) if len(values) else 0.0


def _soft(similarities: Floats) -> float:
    """A soft count of near ones: log of the sum of exp(sharpness × (similarity − 1)) over the nearest."""
    nearest = similarities[:_NEAR]
    return float(np.log(np.exp(_SHARPNESS * (nearest - 1)).sum())) if len(nearest) else -_SHARPNESS


def _linear(coefficients: Floats, features: Floats) -> float:
    return float(coefficients[:-1] @ features + coefficients[-1])
