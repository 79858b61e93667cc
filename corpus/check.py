"""Checks of a publication's banks: ids, literal quotes, doubles, copied words; and sentences that no question leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.bank import BankQuestion
from corpus.publication import Publication
from corpus.sentences import Sentence, sentences_of
from corpus.unit import Unit
from corpus.vocabulary import WORD

_COPIED = 6
"""Words in a row that a question may not share with the publication."""
_SAME = 95.0
"""Similarity (0–100, order of words does not matter) from which two questions are the same one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault: ``code`` unit, quote, double or copied; ``where`` the row (from 1) of its file; ``what`` the words in question."""

    code: str
    where: str
    what: str


def findings(publication: Publication) -> list[Finding]:
    """All faults of both banks; empty when they are well."""
    return [*_rows(publication), *_doubles(publication), *_copied(publication)]


class Admission:
    """Judges rows that may come into a publication's bank, one after the other: each one that is let in counts for the next."""

    def __init__(self, publication: Publication) -> None:
        from rapidfuzz.utils import default_process

        self._publication = publication
        self._own = _own_runs(publication)
        known = [*(row.question for row in publication.bank), *(gap.question for gap in publication.gaps)]
        self._questions = [default_process(question) for question in known]

    def refusal(self, row: BankQuestion) -> str | None:
        """Why a row cannot come in: the code of a ``Finding``, or ``empty``; None when it can, and has."""
        from rapidfuzz.fuzz import token_sort_ratio
        from rapidfuzz.process import extractOne
        from rapidfuzz.utils import default_process

        question = default_process(row.question)
        if not question:
            return "empty"
        if row.unit not in self._publication.by_id:
            return "unit"
        if not row.quote.strip() or row.quote not in self._publication.by_id[row.unit].text:
            return "quote"
        if extractOne(question, self._questions, scorer=token_sort_ratio, processor=None, score_cutoff=_SAME):
            return "double"
        if any(run in self._own for run in _runs(row.question)):
            return "copied"
        self._questions.append(question)
        return None


def unasked(publication: Publication) -> list[tuple[str, str]]:
    """Sentences that no bank question's quote touches: (locator, sentence)."""
    return [(str(unit.locator), sentence.text) for unit, sentence in open_sentences(publication)]


def open_sentences(publication: Publication) -> list[tuple[Unit, Sentence]]:
    """The same, with what they are made of."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in publication.bank:
        start = publication.by_id[row.unit].text.find(row.quote) if row.unit in publication.by_id else -1
        spans.setdefault(row.unit, []).append((start, start + len(row.quote)))
    return [
        (unit, sentence)
        for unit in publication.units
        for sentence in sentences_of(unit)
        if not any(start < sentence.end and sentence.start < end for start, end in spans.get(unit.id, []))
    ]


def _rows(publication: Publication) -> Iterator[Finding]:
    for number, row in enumerate(publication.bank, 1):
        if row.unit not in publication.by_id:
            yield Finding("unit", f"questions {number}", row.unit)
        elif not row.quote or row.quote not in publication.by_id[row.unit].text:
            yield Finding("quote", f"questions {number}", row.quote)
    for number, gap in enumerate(publication.gaps, 1):
        if gap.nearest is not None and gap.nearest not in publication.by_id:
            yield Finding("unit", f"gaps {number}", gap.nearest)


def _doubles(publication: Publication) -> Iterator[Finding]:
    from rapidfuzz.fuzz import token_sort_ratio
    from rapidfuzz.process import cdist
    from rapidfuzz.utils import default_process

    texts = [*(row.question for row in publication.bank), *(gap.question for gap in publication.gaps)]
    names = [f"questions {n + 1}" for n in range(len(publication.bank))] + [f"gaps {n + 1}" for n in range(len(publication.gaps))]
    if not texts:
        return
    prepared = [default_process(text) for text in texts]
    similar = cdist(prepared, prepared, scorer=token_sort_ratio, score_cutoff=_SAME, workers=-1)
    for first, second in zip(*similar.nonzero(), strict=True):
        if first < second:
            yield Finding("double", f"{names[first]}, {names[second]}", texts[second])


def _copied(publication: Publication) -> Iterator[Finding]:
    own = _own_runs(publication)
    for number, row in enumerate(publication.bank, 1):
        shared = next((run for run in _runs(row.question) if run in own), None)
        if shared:
            yield Finding("copied", f"questions {number}", " ".join(shared))


def _own_runs(publication: Publication) -> set[tuple[str, ...]]:
    return {run for unit in publication.units for run in _runs(unit.text)}


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = WORD.findall(re.sub(r"\s+", " ", text.lower()))
    for start in range(len(words) - _COPIED + 1):
        yield tuple(words[start : start + _COPIED])
