"""A question as counts of its letters: what the classifier of ``classifier.py`` reads beside the vector.

Misspelt, colloquial and clipped questions share pieces of words with the bank where their vectors lie apart. Pieces of three to
five letters, word by word, are counted in ``SIZE`` hashed columns (Weinberger et al., Feature Hashing, ICML 2009), damped
and weighted by rarity (sublinear tf-idf; Manning, Raghavan & Schütze, Introduction to Information Retrieval, 6.4.1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from corpus.vocabulary import WORD
from index.classifier import UnitClassifier, empty_classifier, load_classifier, two_sided

SIZE = 1 << 14
_LENGTHS = (3, 4, 5)
_STRENGTH = 3.0
"""Inverse of the regularisation. Questions of the bank held out, fused with the other parts: right unit first / in the top five
.734/.957, without this part .705/.950."""


Floats = NDArray[np.float32]


@dataclass(frozen=True)
class LetterClassifier:
    """Scores of units from a question's letters.

    Attributes:
        rarity: (SIZE,) weight of each column; empty when nothing was learned.
        units: the classifier over the weighted columns.
    """

    rarity: Floats
    units: UnitClassifier

    def scores(self, question: str) -> dict[str, float]:
        """Distance of each unit's boundary, higher is likelier; empty when nothing was learned."""
        if not self.units.locators:
            return {}
        columns, values = weighted_pieces(question, self.rarity)
        scores = self.units.weights[:, columns] @ values + self.units.biases
        return dict(zip(self.units.locators, scores.tolist(), strict=True))

    def save(self, file: Path) -> None:
        """Write the arrays as ``.npz``."""
        self.units.save(file, rarity=self.rarity)


def load_letters(file: Path) -> LetterClassifier:
    """Read what ``save`` wrote."""
    with np.load(file) as stored:
        rarity = stored["rarity"]
    return LetterClassifier(rarity, load_classifier(file))


def learn_letters(questions: Sequence[str], locators: Sequence[str]) -> LetterClassifier:
    """Learn from bank questions and the unit each leads to: a linear support vector machine, one unit against the others.

    With fewer than two units the classifier stays empty.
    """
    if len(set(locators)) < 2:
        return LetterClassifier(np.zeros(0, dtype=np.float32), empty_classifier())
    from sklearn.svm import LinearSVC

    rarity = rarity_of(questions)
    model = LinearSVC(C=_STRENGTH, random_state=0).fit(letter_matrix(questions, rarity), list(locators))
    weights, biases = two_sided(model.coef_, model.intercept_)
    return LetterClassifier(rarity, UnitClassifier(tuple(model.classes_.tolist()), weights, biases))


def rarity_of(texts: Sequence[str]) -> Floats:
    """(SIZE,) weights of the columns: the fewer of the texts have a piece, the more it tells."""
    counts = np.ones(SIZE)
    for text in texts:
        counts[list(_pieces(text))] += 1
    return (np.log(len(texts) / counts) + 1).astype(np.float32)


def letter_view(text: str, rarity: Floats, coefficients: Floats) -> float:
    """A linear view of a text's letters; ``coefficients``: (SIZE + 1,), the last one the constant."""
    columns, values = weighted_pieces(text, rarity)
    return float(coefficients[columns] @ values + coefficients[-1])


def letter_matrix(texts: Sequence[str], rarity: Floats) -> Any:
    """A sparse (texts, SIZE) matrix of such rows, for learning."""
    from scipy.sparse import csr_matrix

    rows = [weighted_pieces(text, rarity) for text in texts]
    ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns, values = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    return csr_matrix((values, columns, ends), (len(rows), SIZE))


def _pieces(text: str) -> Counter[int]:
    """Columns of a text's pieces with their counts."""
    padded = [f" {word} " for word in WORD.findall(text.lower())]
    return Counter(
        crc32(word[start : start + length].encode()) % SIZE
        for word in padded
        for length in _LENGTHS
        for start in range(max(1, len(word) - length + 1))
    )


def weighted_pieces(text: str, rarity: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Columns and their values, scaled to length one."""
    pieces = _pieces(text)
    columns = np.array(sorted(pieces), dtype=np.int64)
    values = np.array([1 + np.log(pieces[int(column)]) for column in columns], dtype=np.float32) * rarity[columns]
    return columns, values / (np.linalg.norm(values) or 1)
