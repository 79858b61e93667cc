"""What is learned from the bank of one publication, and from it alone: another publication beside it changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.chunking import Entry
from index.classifier import UnitClassifier, learn, load_classifier
from index.content import chunk_keywords
from index.evidence import EvidenceModel, learn_evidence, load_evidence
from index.letters import LetterClassifier, learn_letters, load_letters

FOLDER = "learned"
"""Of a build: a folder in it for each guidance."""
_CLASSIFIER, _LETTERS, _EVIDENCE = "classifier.npz", "letters.npz", "evidence.npz"


@dataclass(frozen=True)
class Learned:
    """The models of one publication.

    Attributes:
        classifier: from a question's vector to units; ``letters``: from its letters. Both silent without a bank.
        evidence: is it on the subject, is it answered.
    """

    classifier: UnitClassifier
    letters: LetterClassifier
    evidence: EvidenceModel

    def save(self, build: Path, publication: str) -> None:
        """Write the models into the folder of a build."""
        folder = build / FOLDER / publication
        folder.mkdir(parents=True)
        self.classifier.save(folder / _CLASSIFIER)
        self.letters.save(folder / _LETTERS)
        self.evidence.save(folder / _EVIDENCE)


def load_learned(build: Path, publication: str) -> Learned:
    """Read what ``save`` wrote."""
    folder = build / FOLDER / publication
    return Learned(load_classifier(folder / _CLASSIFIER), load_letters(folder / _LETTERS), load_evidence(folder / _EVIDENCE))


def learn_publication(publication: str, entries: Sequence[Entry], vectors: NDArray[np.float32]) -> Learned:
    """Learn the models of a publication from its own entries and the messages that every index holds.

    Args:
        publication: its id.
        entries: of any publication and kind; ``vectors`` (entries, dimension).
    """
    rows = [row for row, entry in enumerate(entries) if entry.publication in (publication, "")]
    own, of_own = [entries[row] for row in rows], vectors[rows]
    questions = [row for row, entry in enumerate(own) if entry.kind == "question"]
    locators = [own[row].locator for row in questions]
    return Learned(
        learn(of_own[questions], locators),
        learn_letters([own[row].text for row in questions], locators),
        learn_evidence(own, of_own, chunk_keywords(own)),
    )
