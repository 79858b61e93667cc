"""Measures of answers that a model wrote, beside those of ``score.py``: what it said, what was dropped, what it cost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel

from assistant.answer import Answer, Trace
from evals import answer_metrics as answers
from evals.cases import Case
from evals.score import Rows

_SENTENCE = re.compile(r"(?P<text>[^\[]+?)(?P<markers>(?:\s*\[\d+\])+)")
_YEAR = re.compile(r"\s*\(stand \d{4}\)$")


class Shown(BaseModel):
    """A model's sentence as people see it, with the literal quotes that it rests on.

    ``supported`` is what a judge said of it; None when none was asked, or none gave a verdict.
    """

    sentence: str
    quotes: list[str]
    supported: bool | None = None


class Writing(BaseModel):
    """How the answer to one case was written.

    Attributes:
        trace: of the model; None where it was not asked, as for small talk.
        shown: its sentences; empty where the literal ones stand.
        first_seconds: until the first checked sentence; None when there was none.
        seconds: until the end.
    """

    id: str
    trace: Trace | None
    shown: list[Shown]
    first_seconds: float | None
    seconds: float


@dataclass(frozen=True)
class Prices:
    """What a million tokens costs, of those asked and those written; None: not known."""

    asked: float | None = None
    written: float | None = None


@dataclass(frozen=True)
class Spread:
    """Mean, median and 95th percentile (linear between values) of ``n`` values."""

    mean: float
    median: float
    p95: float
    n: int


@dataclass(frozen=True)
class Figures:
    """Totals of a run.

    Attributes:
        asked: answers for which the model was asked; ``written`` of them it wrote, the others fell back: ``failures``, by reason.
        sentences: what it wrote; ``dropped`` of them were not shown, by reason; ``shown`` were.
        judged: shown sentences on which a judge gave a verdict; ``supported`` of them it calls supported.
        tokens_asked, tokens_written: per answer for which the server counted them; None when it never did.
        cost: of one such answer, in the currency of the prices; None without prices or counts.
        first_seconds: until the first checked sentence, of written answers. seconds: until the end, whenever the model was asked.
    """

    asked: int
    written: int
    failures: dict[str, int]
    sentences: int
    shown: int
    dropped: dict[str, int]
    judged: int
    supported: int
    tokens_asked: Spread | None
    tokens_written: Spread | None
    cost: float | None
    first_seconds: Spread | None
    seconds: Spread | None


def shown_in(answer: Answer) -> list[Shown]:
    """The model's sentences in an answer with their quotes, from its text and citations; empty when it is a literal one."""
    if answer.answerer != "llm":
        return []
    quotes = {citation.marker: citation.quote for citation in answer.citations}
    # What stands before (help lines, what is missing) are paragraphs of their own.
    written = answer.answer.rpartition("\n\n")[2]
    found = []
    for match in _SENTENCE.finditer(written):
        sentence = _YEAR.sub("", match["text"].strip().removeprefix("- ").strip())
        found.append(Shown(sentence=sentence, quotes=[quotes[int(number)] for number in re.findall(r"\d+", match["markers"])]))
    return found


def facts_quoted(answer: Answer, case: Case) -> bool:
    """Every key fact stands in the answer or in a quote that it cites, for a model may word a fact otherwise."""
    text = "\n".join([answer.answer, *(citation.quote for citation in answer.citations)])
    return answers.holds_facts(text, case) and (case.whole_list or answers.words(answer) <= answers.MAX_WORDS)


def _faithful(_: Case, __: Answer, writing: Writing) -> float | None:
    """Share of an answer's judged sentences that are supported."""
    verdicts = [shown.supported for shown in writing.shown if shown.supported is not None]
    return sum(verdicts) / len(verdicts) if verdicts else None


def _of_trace(value: Callable[[Trace], float | None]) -> Callable[[Case, Answer, Writing], float | None]:
    return lambda _, __, writing: None if writing.trace is None else value(writing.trace)


def _dropped(trace: Trace) -> float | None:
    return len(trace.dropped) / trace.sentences if trace.sentences else None


MEASURES: dict[str, Callable[[Case, Answer, Writing], float | None]] = {
    "facts_quoted": lambda c, a, _: float(facts_quoted(a, c)) if c.answerable else None,
    "written": _of_trace(lambda trace: float(trace.failure is None)),
    "dropped": _of_trace(_dropped),
    "faithful": _faithful,
    "tokens_asked": _of_trace(lambda trace: trace.tokens_asked),
    "tokens_written": _of_trace(lambda trace: trace.tokens_written),
    "first_seconds": lambda _, __, writing: writing.first_seconds if writing.shown else None,
    "seconds": lambda _, __, writing: writing.seconds if writing.trace else None,
}
"""Value of a case, by name; None where the measure does not apply."""


def written_rows(cases: Sequence[Case], given: Mapping[str, Answer], writings: Mapping[str, Writing]) -> Rows:
    """A row per case; a measure that does not apply is left out."""
    rows: Rows = {}
    for case in cases:
        values = {name: measure(case, given[case.id], writings[case.id]) for name, measure in MEASURES.items()}
        rows[case.id] = {name: float(value) for name, value in values.items() if value is not None}
    return rows


def figures(writings: Iterable[Writing], prices: Prices) -> Figures:
    """The totals over writings."""
    asked = [(writing, writing.trace) for writing in writings if writing.trace is not None]
    traces = [trace for _, trace in asked]
    verdicts = [shown.supported for writing, _ in asked for shown in writing.shown if shown.supported is not None]
    return Figures(
        asked=len(asked),
        written=sum(trace.failure is None for trace in traces),
        failures=dict(Counter(trace.failure for trace in traces if trace.failure is not None).most_common()),
        sentences=sum(trace.sentences for trace in traces),
        shown=sum(len(writing.shown) for writing, _ in asked),
        dropped=dict(Counter(dropped.reason for trace in traces for dropped in trace.dropped).most_common()),
        judged=len(verdicts),
        supported=sum(verdicts),
        tokens_asked=_spread(trace.tokens_asked for trace in traces),
        tokens_written=_spread(trace.tokens_written for trace in traces),
        cost=_cost(traces, prices),
        first_seconds=_spread(writing.first_seconds for writing, _ in asked if writing.shown),
        seconds=_spread(writing.seconds for writing, _ in asked),
    )


def _spread(values: Iterable[float | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    return Spread(float(np.mean(known)), float(np.median(known)), float(np.percentile(known, 95)), len(known))


def _cost(traces: Iterable[Trace], prices: Prices) -> float | None:
    if prices.asked is None or prices.written is None:
        return None
    counts = [(t.tokens_asked, t.tokens_written) for t in traces if t.tokens_asked is not None and t.tokens_written is not None]
    costs = [(asked * prices.asked + written * prices.written) / 1_000_000 for asked, written in counts]
    return sum(costs) / len(costs) if costs else None
