"""An evaluation of answers that a model writes: the same cases, asked once, kept, and scored as often as one likes.

<data>/evals/<run>/settings.json   what the run depends on: half, limit, index version, model, mode, hashes of the prompts
<data>/evals/<run>/answers.jsonl   every answer
<data>/evals/<run>/written.jsonl   how each was written: trace, sentences shown with their quotes and a judge's verdict, seconds
<data>/evals/<run>/judged.jsonl    a judge's verdicts on labelled pairs; only with a judge
<data>/evals/<run>/rows.jsonl, summary.json   a line per case; means with intervals, totals, the judge's agreement
<data>/evals/<run>/report.txt      the same for people
<data>/evals/<run>/comparison.json beside the run before it in the other mode; only when both were run
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.answer import Answer
from assistant.llm.passages import Mode, whole_tokens
from assistant.prompting import load_prompt
from assistant.service import Assistant
from assistant.turn import Follower
from corpus.errors import EvalError
from corpus.publication import Corpus
from evals.agreement import Agreement, agreement
from evals.cases import Case, Half, load_cases
from evals.generate import read_answers, write_answers
from evals.judge import Judge, judge_pairs
from evals.pairs import load_pairs
from evals.score import Rows, Summary, measures, score, summarise
from evals.suite import describe, plain, write_json
from evals.written_metrics import MEASURES, Figures, Prices, Writing, figures, shown_in, written_rows

if TYPE_CHECKING:
    from assistant.settings import Settings

MODES: tuple[Mode, ...] = ("search", "whole")
KIND = "written"
_PROMPTS = (("answer", "nl"), ("answer", "en"), ("rephrase", "nl"), ("rephrase", "en"))

Judged = list[dict[str, Any]]
"""Rows of ``judge_pairs``."""
Each = TypeVar("Each")


@dataclass(frozen=True)
class WrittenRun:
    """One evaluation with a model, in one mode.

    Attributes:
        judged: a judge's verdicts on labelled pairs, and ``agreement`` what they come to; empty and None without a judge.
    """

    settings: dict[str, Any]
    cases: Sequence[Case]
    answers: dict[str, Answer]
    writings: dict[str, Writing]
    judged: Judged
    rows: Rows
    summary: dict[str, Summary]
    figures: Figures
    agreement: Agreement | None


def first_of_each(items: Sequence[Each], kind: Callable[[Each], str], limit: int | None) -> list[Each]:
    """The first ``limit`` of each kind, in their order; None: all.

    >>> first_of_each(["a1", "a2", "b1"], lambda item: item[0], 1)
    ['a1', 'b1']
    """
    seen: Counter[str] = Counter()
    chosen = []
    for item in items:
        seen[kind(item)] += 1
        if limit is None or seen[kind(item)] <= limit:
            chosen.append(item)
    return chosen


def evaluate_written(
    settings: Settings,
    assistant: Assistant,
    half: Half,
    *,
    limit: int | None = None,
    judge: Judge | None = None,
    judged: Judged | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> WrittenRun:
    """Answer and score cases with a model.

    Args:
        settings: those that the assistant was opened with.
        limit: that many cases of each kind; None: all.
        judge: who judges the sentences; None: nobody.
        judged: its verdicts on labelled pairs (``verdicts_on_pairs``).
        tell: called with what is going on; it never gets words of a question.

    Raises:
        EvalError: no model is set, or the whole guidance does not fit its window, so that search would be measured instead.
    """
    if not settings.model:
        raise EvalError("eval-model-unset")
    corpus = assistant.index.corpus
    if settings.model_mode == "whole" and (needed := whole_tokens(corpus)) > settings.model_window:
        raise EvalError("whole-too-long", needed=needed, window=settings.model_window)
    cases = first_of_each(load_cases(half, corpus), lambda case: case.kind, limit)
    answers, writings = {}, {}
    for number, case in enumerate(cases, 1):
        tell(f"{half} {settings.model_mode} {number}/{len(cases)}")
        answers[case.id], writings[case.id] = _write(assistant, case, judge)
    described = describe(settings, assistant, half, cases) | _described(settings, limit, judge)
    return _scored(described, cases, answers, writings, judged or [], corpus, prices_of(settings))


def verdicts_on_pairs(judge: Judge, limit: int | None = None) -> Judged:
    """A judge's verdicts on the labelled pairs of the development half; ``limit`` as for cases."""
    return judge_pairs(judge, first_of_each(load_pairs("dev"), lambda pair: pair.kind, limit))


def prices_of(settings: Settings) -> Prices:
    return Prices(settings.model_price_asked, settings.model_price_written)


def write_written(run: WrittenRun, folder: Path, report: str) -> Path:
    """Write a run's folder below ``folder``, with a report for people; gives it."""
    target = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{run.settings['half']}-{run.settings['mode']}"
    target.mkdir(parents=True)
    write_json(target / "settings.json", run.settings)
    write_answers(run.answers.values(), target / "answers.jsonl")
    _write_lines(target / "written.jsonl", [writing.model_dump(mode="json") for writing in run.writings.values()])
    if run.settings["judge"]:
        _write_lines(target / "judged.jsonl", run.judged)
    _write_lines(target / "rows.jsonl", [{"id": case.id, "kind": case.kind, **run.rows[case.id]} for case in run.cases])
    write_json(target / "summary.json", summary_of(run))
    (target / "report.txt").write_text(f"{report}\n", encoding="utf-8")
    return target


def summary_of(run: WrittenRun) -> dict[str, Any]:
    """What a run comes to, as JSON."""
    agreed = asdict(run.agreement) if run.agreement else None
    return {"measures": plain(run.summary), "figures": asdict(run.figures), "agreement": agreed}


def is_written(folder: Path) -> bool:
    """Whether a folder holds a run of this kind."""
    file = folder / "settings.json"
    return file.is_file() and _read_settings(file).get("kind") == KIND


def score_written_again(folder: Path, corpus: Corpus, prices: Prices) -> WrittenRun:
    """Score the kept answers of a run with today's measures and prices; no model is asked.

    Raises:
        EvalError: the folder holds no run, or lacks something; or a case that was answered is gone.
    """
    settings = _read_settings(folder / "settings.json")
    answers = read_answers(folder / "answers.jsonl")
    writings = {}
    try:
        for line in (folder / "written.jsonl").read_text(encoding="utf-8").splitlines():
            writing = Writing.model_validate_json(line)
            writings[writing.id] = writing
        file = folder / "judged.jsonl"
        judged = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if settings["judge"] else []
        cases = [case for case in load_cases(settings["half"], corpus) if case.id in answers]
    except (OSError, ValueError, KeyError) as error:
        raise EvalError("run-unreadable", file=folder, reason=error) from error
    lost = (answers.keys() ^ writings.keys()) | (answers.keys() - {case.id for case in cases})
    if lost:
        raise EvalError("run-unreadable", file=folder, reason=", ".join(sorted(lost)[:5]))
    return _scored(settings, cases, answers, writings, judged, corpus, prices)


def _write(assistant: Assistant, case: Case, judge: Judge | None) -> tuple[Answer, Writing]:
    """The answer to a case, and how it came about."""
    first: list[float] = []
    begun = time.monotonic()

    def tell(answer: Answer) -> None:
        if answer.citations and not first:
            first.append(time.monotonic() - begun)

    history = [message.model_dump() for message in case.history]
    answer = assistant.ask(case.question, history, follower=Follower(tell, lambda: False))
    seconds = time.monotonic() - begun
    answer.id = case.id
    shown = shown_in(answer)
    for each in shown if judge else []:
        each.supported = judge.verdict(each.sentence, each.quotes) if judge else None
    first_seconds = round(first[0], 3) if first else None
    writing = Writing(id=case.id, trace=answer.trace, shown=shown, first_seconds=first_seconds, seconds=round(seconds, 3))
    return answer, writing


def _described(settings: Settings, limit: int | None, judge: Judge | None) -> dict[str, Any]:
    return {
        "kind": KIND,
        "limit": limit,
        "writer": settings.model,
        "mode": settings.model_mode,
        "window": settings.model_window,
        "max_tokens": settings.model_max_tokens,
        "budget_seconds": settings.model_budget_seconds,
        "prompts": {f"{name}.{language}": load_prompt(name, language).hash for name, language in _PROMPTS},
        "judge": {"model": judge.name, "prompt": judge.prompt.hash} if judge else None,
    }


def _scored(
    settings: dict[str, Any],
    cases: Sequence[Case],
    answers: dict[str, Answer],
    writings: dict[str, Writing],
    judged: Judged,
    corpus: Corpus,
    prices: Prices,
) -> WrittenRun:
    # Measures of a search without a bank say nothing about what a model writes.
    ordinary = [name for name, measure in measures(corpus).items() if not measure.bankless]
    scored, extra = score(cases, answers, answers, corpus), written_rows(cases, answers, writings)
    rows = {case.id: {n: v for n, v in scored[case.id].items() if n in ordinary} | extra[case.id] for case in cases}
    summary = summarise(rows, [*ordinary, *MEASURES])
    agreed = agreement([row["supported"] for row in judged], [row["verdict"] for row in judged]) if judged else None
    return WrittenRun(settings, cases, answers, writings, judged, rows, summary, figures(writings.values(), prices), agreed)


def _read_settings(file: Path) -> dict[str, Any]:
    try:
        settings: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvalError("run-unreadable", file=file, reason=error) from error
    return settings


def _write_lines(file: Path, rows: Sequence[dict[str, Any]]) -> None:
    file.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
