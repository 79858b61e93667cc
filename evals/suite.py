"""An evaluation run: answers, scores, what each ingredient adds, and a folder that holds it all.

<data>/evals/<run>/settings.json   half, index version, model, weights, cases' checksum, code version
<data>/evals/<run>/answers.jsonl   every answer, so that it can be scored again
<data>/evals/<run>/bankless.jsonl  the same as if the publication had no bank
<data>/evals/<run>/rows.jsonl      a line per case: values, cosine of the nearest bank question
<data>/evals/<run>/summary.json    means with intervals; what each ingredient adds
<data>/evals/<run>/report.md, report.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.answer import Answer
from assistant.service import Assistant
from assistant.settings import Settings
from corpus.errors import EvalError
from corpus.locator import Locator
from corpus.publication import Corpus
from evals.cases import Case, Half, editions, load_cases
from evals.generate import generate, read_answers, write_answers
from evals.intervals import interval
from evals.score import Rows, Summary, measures, score, summarise
from index.fusion import INGREDIENTS, WEIGHTS

HALVES: tuple[Half, ...] = ("dev", "test")
BANKLESS = ("question", "classifier", "letters")
"""Ingredients that a publication without a bank does not have."""
WATCHED = ("top1", "top5", "cited", "facts", "near_miss", "off_topic", "misspelt", "refused", "bankless_top5")
"""Measures by which ingredients are compared."""


@dataclass(frozen=True)
class Run:
    """One evaluation.

    Attributes:
        bankless: answers given as if the publication that the cases are about had no bank and stood alone.
        elsewhere: ids of cases that were left out: their question has no place, and another publication answers it.
        without: measures of the same cases with an ingredient switched off, by ingredient; empty when not measured.
        nearest: cosine of the nearest bank question, by case.
    """

    settings: dict[str, Any]
    cases: Sequence[Case]
    answers: dict[str, Answer]
    bankless: dict[str, Answer]
    rows: Rows
    summary: dict[str, Summary]
    without: dict[str, dict[str, Summary]] = field(default_factory=dict)
    nearest: dict[str, float] = field(default_factory=dict)
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """A measure in two runs over the ``n`` cases that both have: means, and the mean paired difference with its bounds."""

    before: float
    after: float
    value: float
    low: float
    high: float
    n: int


def evaluate(
    settings: Settings,
    half: Half,
    *,
    ablate: bool = False,
    tell: Callable[[str], None] = lambda _: None,
    assistant: Assistant | None = None,
    cases: Sequence[Case] | None = None,
) -> Run:
    """Answer and score one half of the cases.

    Args:
        ablate: once more for each ingredient switched off.
        tell: called with what is going on.
        assistant: who answers, with these settings; None: one is opened.
        cases: those of the half that are to be answered; None: all.
    """
    tell(half)
    assistant = assistant or Assistant(settings)
    asked = load_cases(half, assistant.index.corpus) if cases is None else cases
    answers, bankless, rows = _answered(assistant, asked)
    names = list(measures(assistant.index.corpus))
    nearest = {uid: _nearest(assistant, answers[uid]) for uid in rows}
    without: dict[str, dict[str, Summary]] = {}
    for name in INGREDIENTS if ablate else ():
        tell(f"{half} – {name}")
        without[name] = summarise(_answered(assistant.switched_off([name]), asked)[2], names)
    described = describe(settings, assistant, half, asked)
    judged, elsewhere = _judged(asked, rows)
    return Run(described, judged, answers, bankless, rows, summarise(rows, names), without, nearest, elsewhere)


def _answered(assistant: Assistant, cases: Sequence[Case]) -> tuple[dict[str, Answer], dict[str, Answer], Rows]:
    """Answers, answers without a bank, and what they score; nothing for a case that has no place and is answered elsewhere."""
    about = editions(assistant.index.corpus)
    answers = generate(assistant, cases)
    bankless = generate(assistant.switched_off(BANKLESS), cases, about[0].id if about else None)
    return answers, bankless, _scores(cases, answers, bankless, assistant.index.corpus)


def _scores(cases: Sequence[Case], answers: Mapping[str, Answer], bankless: Mapping[str, Answer], corpus: Corpus) -> Rows:
    others = {publication.id for publication in corpus.guidance} - {publication.id for publication in editions(corpus)}
    judged = [
        case
        for case in cases
        if case.gold or not others & {Locator.parse(citation.locator).publication for citation in answers[case.id].citations}
    ]
    return score(judged, answers, bankless, corpus)


def _judged(cases: Sequence[Case], rows: Rows) -> tuple[list[Case], tuple[str, ...]]:
    """The cases that were judged, and the ids of the others."""
    return [case for case in cases if case.id in rows], tuple(case.id for case in cases if case.id not in rows)


def describe(settings: Settings, assistant: Assistant, half: Half, cases: Sequence[Case]) -> dict[str, Any]:
    """What a run depends on."""
    text = json.dumps([case.model_dump(mode="json") for case in cases], sort_keys=True)
    return {
        "half": half,
        "index_version": assistant.index.name,
        "model": settings.embedding_model,
        "weights": WEIGHTS,
        "without": sorted(settings.without),
        "cases": hashlib.sha256(text.encode()).hexdigest()[:16],
        "code": assistant.index.manifest["code"],
    }


def write_run(run: Run, folder: Path) -> Path:
    """Write a run's folder below ``folder``; gives it. The report is written by ``evals/report.py``."""
    target = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{run.settings['half']}"
    target.mkdir(parents=True)
    write_json(target / "settings.json", run.settings)
    write_answers(run.answers.values(), target / "answers.jsonl")
    write_answers(run.bankless.values(), target / "bankless.jsonl")
    lines = [{"id": case.id, "kind": case.kind, "nearest": run.nearest.get(case.id), **run.rows[case.id]} for case in run.cases]
    (target / "rows.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    write_json(
        target / "summary.json", {"measures": plain(run.summary), "without": {n: plain(s) for n, s in run.without.items()}}
    )
    return target


def score_again(folder: Path, assistant: Assistant) -> Run:
    """Score the kept answers of a run with today's cases and measures.

    Raises:
        EvalError: the folder holds no run, or lacks an answer.
    """
    try:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvalError("run-unreadable", file=folder, reason=error) from error
    cases = load_cases(settings["half"], assistant.index.corpus)
    answers, bankless = (read_answers(folder / f"{name}.jsonl") for name in ("answers", "bankless"))
    lost = [case.id for case in cases if not (case.id in answers and case.id in bankless)]
    if lost:
        raise EvalError("run-unreadable", file=folder, reason=", ".join(lost[:5]))
    rows = _scores(cases, answers, bankless, assistant.index.corpus)
    judged, elsewhere = _judged(cases, rows)
    summary = summarise(rows, list(measures(assistant.index.corpus)))
    return Run(settings, judged, answers, bankless, rows, summary, elsewhere=elsewhere)


def compare(before: Path, after: Path) -> dict[str, tuple[float, float, float, int]]:
    """Mean difference per measure over the cases that both runs have: (difference, low, high, n), after minus before.

    Raises:
        EvalError: a folder holds no run.
    """
    found = differences(_rows(before), _rows(after))
    return {name: (d.value, d.low, d.high, d.n) for name, d in found.items()}


def differences(first: Mapping[str, Mapping[str, Any]], second: Mapping[str, Mapping[str, Any]]) -> dict[str, Difference]:
    """The differences of each measure over the cases for which both runs have it."""
    found = {}
    for name in dict.fromkeys(key for row in second.values() for key in row if key not in ("id", "kind", "nearest")):
        pairs = [(first[i][name], row[name]) for i, row in second.items() if i in first and name in first[i] and name in row]
        if pairs:
            values = [b - a for a, b in pairs]
            n = len(pairs)
            found[name] = Difference(
                sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n, sum(values) / n, *interval(values), n
            )
    return found


def _nearest(assistant: Assistant, answer: Answer) -> float:
    questions = assistant.index.search(answer.standalone_question).questions
    return questions[0][1] if questions else 0.0


def _rows(folder: Path) -> dict[str, dict[str, Any]]:
    try:
        rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise EvalError("run-unreadable", file=folder, reason=error) from error
    return {row["id"]: row for row in rows}


def plain(summary: dict[str, Summary]) -> dict[str, Any]:
    """Means as JSON."""
    return {name: asdict(value) for name, value in summary.items()}


def write_json(file: Path, value: object) -> None:
    """A file of a run, to be read by people as well."""
    file.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
