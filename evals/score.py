"""Scores: a value per case and measure, and their means with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.answer import Answer, AnswerStatus
from corpus.publication import Corpus
from evals import answer_metrics as answers
from evals import retrieval_metrics as ranking
from evals.cases import Case, Kind
from evals.intervals import interval


@dataclass(frozen=True)
class Measure:
    """A measure: the cases it is for, and its value for one.

    Attributes:
        gate, goal: what issue and design ask of the test half; None where nothing is asked.
        lower_is_better: refusals and the like.
        bankless: measured on the answers that a publication without a bank would give.
    """

    applies: Callable[[Case, Answer], bool]
    value: Callable[[Case, Answer], float]
    gate: float | None = None
    goal: float | None = None
    lower_is_better: bool = False
    bankless: bool = False


@dataclass(frozen=True)
class Summary:
    """Mean of a measure over its ``n`` cases, with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


Rows = dict[str, dict[str, float]]
"""Case id -> measure -> value."""


def _answerable(case: Case, _: Answer) -> bool:
    return case.answerable


def _of(*kinds: Kind) -> Callable[[Case, Answer], bool]:
    return lambda case, _: case.kind in kinds


def _ranked(answer: Answer) -> list[str]:
    """Unit ids; where several publications have a unit, its locator is told and the cases know its id alone."""
    return [found.unit.rpartition(":")[2] for found in answer.retrieved]


def _cites_any(case: Case, answer: Answer) -> float:
    return float(bool({c.unit for c in answer.citations} & {*case.gold, *case.supporting}))


def measures(corpus: Corpus) -> dict[str, Measure]:
    """Every measure by name, in the order of reports."""
    several = Kind.SEVERAL
    return {
        "top1": Measure(_answerable, lambda c, a: ranking.recall_at(_ranked(a), c.gold, 1)),
        "top5": Measure(_answerable, lambda c, a: ranking.recall_at(_ranked(a), c.gold, 5, every=c.kind == several), 0.95, 0.99),
        "mrr": Measure(_answerable, lambda c, a: ranking.reciprocal_rank(_ranked(a), c.gold)),
        "ndcg10": Measure(_answerable, lambda c, a: ranking.ndcg_at(_ranked(a), c.gold, 10)),
        "cited": Measure(_answerable, lambda c, a: float(answers.cites_gold(a, c)), 0.88, 0.97),
        "support": Measure(
            lambda c, a: c.answerable and bool(a.citations), lambda c, a: answers.supporting_share(a, c), 0.85, 0.95
        ),
        "facts": Measure(_answerable, lambda c, a: float(answers.has_facts(a, c)), 0.80, 0.93),
        "places": Measure(_of(Kind.PLACE), lambda c, a: float(answers.cites_gold(a, c)), 0.98, 1.0),
        "sources": Measure(_of(Kind.SOURCE), _cites_any, 0.95, 1.0),
        "off_topic": Measure(_of(Kind.OFF_TOPIC), lambda c, a: float(answers.handled(a, c)), 0.97, 1.0),
        "near_miss": Measure(_of(Kind.NEAR_MISS), lambda c, a: float(answers.handled(a, c)), 0.80, 0.92),
        "talk": Measure(_of(Kind.SMALLTALK, Kind.UNCLEAR), lambda c, a: float(answers.handled(a, c))),
        "misspelt": Measure(_of(Kind.TYPO), lambda c, a: float(answers.cites_gold(a, c) and answers.has_facts(a, c))),
        "refused": Measure(_answerable, lambda c, a: float(answers.abstains(a)), 0.04, 0.02, True),
        "partial": Measure(_answerable, lambda c, a: float(a.status == AnswerStatus.PARTIAL), 0.08, 0.04, True),
        "literal": Measure(lambda c, a: True, lambda c, a: float(answers.is_literal(a, corpus)), 1.0, 1.0),
        "markers": Measure(lambda c, a: True, lambda c, a: float(answers.resolves(a)), 1.0, 1.0),
        "bankless_top5": Measure(
            _answerable, lambda c, a: ranking.recall_at(_ranked(a), c.gold, 5, every=c.kind == several), 0.70, 0.80, bankless=True
        ),
        "bankless_off_topic": Measure(_of(Kind.OFF_TOPIC), lambda c, a: float(answers.handled(a, c)), 0.95, 0.99, bankless=True),
        "words": Measure(lambda c, a: c.answerable and bool(a.citations), lambda c, a: float(answers.words(a)), None, None, True),
    }


def score(cases: Sequence[Case], given: Mapping[str, Answer], bankless: Mapping[str, Answer], corpus: Corpus) -> Rows:
    """A row per case; a measure that does not apply is left out.

    Args:
        given: answers by case.
        bankless: the same, given as if the publication had no bank.
    """
    rows: Rows = {}
    for case in cases:
        row = {}
        for name, measure in measures(corpus).items():
            answer = (bankless if measure.bankless else given)[case.id]
            if measure.applies(case, answer):
                row[name] = measure.value(case, answer)
        rows[case.id] = row
    return rows


def summarise(rows: Rows, names: Sequence[str]) -> dict[str, Summary]:
    """The mean of each measure with its bootstrap interval; a measure without cases is left out."""
    found = {}
    for name in names:
        values = [row[name] for row in rows.values() if name in row]
        if values:
            low, high = interval(values)
            found[name] = Summary(sum(values) / len(values), low, high, len(values))
    return found
