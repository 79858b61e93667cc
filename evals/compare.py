"""Which answers, citations and scores change between two index versions: the eval set and a sample of the banks, on both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.answer import Answer
from assistant.service import Assistant
from assistant.settings import Settings
from corpus.publication import Corpus
from evals.answer_metrics import folded
from evals.cases import Case, Half, fitting_cases
from evals.generate import generate
from evals.score import Rows, measures, score
from evals.suite import HALVES
from index.diff import paired

SAMPLE = 200
"""Bank questions that are asked, spread evenly over the banks."""
BANK = "bank"
"""The score of a bank question: whether its unit is cited."""


@dataclass(frozen=True)
class Brief:
    """An answer in short: its status, the units that it cites, in order, and its text."""

    status: str
    cited: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class AnswerChange:
    """A question that is answered otherwise.

    Attributes:
        id: of the case, or file and line of the bank question.
        what: ``status``, ``answer``, ``citations``, ``scores``: those that differ. Editions count as one and the same
            publication: a unit is known by its id, and the year that is added to a sentence is no difference.
        scores: the measures that differ, before and after.
    """

    id: str
    question: str
    what: tuple[str, ...]
    before: Brief
    after: Brief
    scores: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Comparison:
    """Two versions compared.

    Attributes:
        cases, bank: how many were answered on both.
        left_out: ids of the questions whose places one of the versions does not have, by that version.
        scores: mean of each measure before and after, and its number of questions.
    """

    before: str
    after: str
    cases: int
    bank: int
    left_out: Mapping[str, tuple[str, ...]]
    changes: tuple[AnswerChange, ...]
    scores: Mapping[str, tuple[float, float, int]]


@dataclass(frozen=True)
class _Bank:
    """A bank question as it is asked."""

    id: str
    question: str
    unit: str


def compare_versions(
    settings: Settings,
    before: str,
    after: str,
    *,
    halves: Sequence[Half] = HALVES,
    sample: int = SAMPLE,
    tell: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Answer the same questions from two versions.

    Args:
        halves: of the eval set that are asked.
        sample: how many bank questions.
        tell: called with what is going on.

    Raises:
        StoreError: a version cannot be opened.
    """
    old = Assistant(settings, before)
    try:
        new = Assistant(settings, after)
        try:
            return _compared(old, new, halves, sample, tell)
        finally:
            new.close()
    finally:
        old.close()


def _compared(old: Assistant, new: Assistant, halves: Sequence[Half], sample: int, tell: Callable[[str], None]) -> Comparison:
    corpora = {assistant.index.name: assistant.index.corpus for assistant in (old, new)}
    cases, left_out = _cases(corpora, halves)
    banked, lost = _banked(old.index.corpus, new.index.corpus, sample)
    left_out[new.index.name] = (*left_out[new.index.name], *lost)
    given: list[dict[str, Answer]] = []
    rows: list[Rows] = []
    for assistant in (old, new):
        tell(assistant.index.name)
        answers = generate(assistant, cases)
        of_bank = {each.id: assistant.ask(each.question) for each in banked}
        given.append(answers | of_bank)
        rows.append(_scored(cases, answers, assistant.index.corpus) | _bank_scored(banked, of_bank))
    questions = {case.id: case.question for case in cases} | {each.id: each.question for each in banked}
    found = [_change(uid, text, [each[uid] for each in given], [each[uid] for each in rows]) for uid, text in questions.items()]
    changes = tuple(change for change in found if change.what)
    return Comparison(old.index.name, new.index.name, len(cases), len(banked), left_out, changes, _means(*rows))


def _cases(corpora: Mapping[str, Corpus], halves: Sequence[Half]) -> tuple[list[Case], dict[str, tuple[str, ...]]]:
    """The cases that fit both versions, and the ids of the others by the version that they do not fit."""
    fitting: dict[str, Case] = {}
    left_out: dict[str, tuple[str, ...]] = {}
    for version, corpus in corpora.items():
        found = [fitting_cases(half, corpus) for half in halves]
        fitting |= {case.id: case for cases, _ in found for case in cases}
        left_out[version] = tuple(uid for _, others in found for uid in others)
    away = {uid for others in left_out.values() for uid in others}
    return [case for uid, case in fitting.items() if uid not in away], left_out


def _banked(before: Corpus, after: Corpus, sample: int) -> tuple[list[_Bank], list[str]]:
    """A sample of the earlier banks, and those of it whose unit is no longer there; a publication that is gone is passed over."""
    rows = [
        (publication, _Bank(f"{old}/questions.jsonl:{number}", row.question, row.unit))
        for publication, old in paired(before, after).items()
        for number, row in enumerate(before.publications[old].bank, 1)
    ]
    chosen = rows[:: max(1, -(-len(rows) // sample))] if sample else []
    there = [each for publication, each in chosen if each.unit in after.publications[publication].by_id]
    return there, [each.id for _, each in chosen if each not in there]


def _scored(cases: Sequence[Case], answers: Mapping[str, Answer], corpus: Corpus) -> Rows:
    names = {name for name, measure in measures(corpus).items() if not measure.bankless}
    rows = score(cases, answers, answers, corpus)
    return {uid: {name: value for name, value in row.items() if name in names} for uid, row in rows.items()}


def _bank_scored(banked: Sequence[_Bank], answers: Mapping[str, Answer]) -> Rows:
    return {each.id: {BANK: float(each.unit in {c.unit for c in answers[each.id].citations})} for each in banked}


def _change(uid: str, question: str, answers: Sequence[Answer], rows: Sequence[Mapping[str, float]]) -> AnswerChange:
    old, new = answers
    names = dict.fromkeys([*rows[0], *rows[1]])
    scores = {name: (rows[0].get(name, 0.0), rows[1].get(name, 0.0)) for name in names if rows[0].get(name) != rows[1].get(name)}
    differs = {
        "status": old.status != new.status,
        "answer": folded(old.answer) != folded(new.answer),
        "citations": [(c.unit, c.quote) for c in old.citations] != [(c.unit, c.quote) for c in new.citations],
        "scores": bool(scores),
    }
    return AnswerChange(uid, question, tuple(name for name, is_so in differs.items() if is_so), _brief(old), _brief(new), scores)


def _brief(answer: Answer) -> Brief:
    return Brief(str(answer.status), tuple(dict.fromkeys(citation.unit for citation in answer.citations)), answer.answer)


def _means(before: Rows, after: Rows) -> dict[str, tuple[float, float, int]]:
    """Of the questions that a measure applies to on both sides."""
    found = {}
    for name in dict.fromkeys(name for row in before.values() for name in row):
        both = [uid for uid, row in before.items() if name in row and name in after[uid]]
        if both:
            old, new = (sum(rows[uid][name] for uid in both) / len(both) for rows in (before, after))
            found[name] = (old, new, len(both))
    return found
