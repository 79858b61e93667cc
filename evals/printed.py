"""Figures of runs as lines for people; their words stand in ``prompts/terminal.toml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from assistant.render import text
from evals.agreement import Agreement
from evals.suite import WATCHED, Difference, Run
from evals.written import WrittenRun
from evals.written_metrics import Figures, Spread

_NONE = "–"


def print_run(run: Run, folder: Path) -> None:
    """The measures of a run, and what each ingredient adds where that was measured."""
    for name, s in run.summary.items():
        print(text("eval_measure", name=name, value=s.value, low=s.low, high=s.high, n=s.n))
    for name, other in run.without.items():
        parts = [f"{m} {other[m].value - run.summary[m].value:+.3f}" for m in WATCHED if m in other and m in run.summary]
        print(text("eval_without", name=name, changes="  ".join(parts)))
    print(text("eval_folder", folder=folder))


def written_report(run: WrittenRun) -> str:
    """The measures and totals of a run with a model; the judge's agreement stands beside its verdicts."""
    settings = run.settings
    head = text("written_head", writer=settings["writer"], mode=settings["mode"], half=settings["half"], cases=len(run.cases))
    table = [text("eval_measure", name=n, value=s.value, low=s.low, high=s.high, n=s.n) for n, s in run.summary.items()]
    judge = (settings["judge"] or {}).get("model", _NONE)
    return "\n".join([head, *table, *_totals(run.figures), *_judgement(run.figures, run.agreement, judge)])


def side_by_side(before: str, after: str, differences: Mapping[str, Difference]) -> str:
    """Two runs on the same cases: both means and the difference of the pairs with its interval."""
    lines = [text("written_side_head", before=before, after=after)]
    for name, d in differences.items():
        line = text("written_side", name=name, before=d.before, after=d.after, difference=d.value, low=d.low, high=d.high, n=d.n)
        lines.append(line)
    return "\n".join(lines)


def _totals(f: Figures) -> Iterator[str]:
    yield text("written_outcomes", written=f.written, asked=f.asked, failures=_counted(f.failures))
    yield text("written_sentences", sentences=f.sentences, shown=f.shown, dropped=_counted(f.dropped))
    for name, spread in (("written_tokens_asked", f.tokens_asked), ("written_tokens_written", f.tokens_written)):
        if spread:
            yield text(name, mean=spread.mean, p95=spread.p95, n=spread.n)
    if not f.tokens_asked:
        yield text("written_no_tokens")
    if f.cost is not None:
        yield text("written_cost", each=f.cost, thousand=1000 * f.cost)
    yield from _times((("written_first", f.first_seconds), ("written_end", f.seconds)))


def _times(times: tuple[tuple[str, Spread | None], ...]) -> Iterator[str]:
    for name, spread in times:
        if spread:
            yield text(name, median=spread.median, p95=spread.p95, n=spread.n)


def _judgement(f: Figures, agreed: Agreement | None, judge: str) -> Iterator[str]:
    if agreed is None:
        yield text("written_no_judge")
        return
    share = _decimal(f.supported / f.judged if f.judged else None)
    yield text("written_judged", judge=judge, share=share, supported=f.supported, judged=f.judged, open=f.shown - f.judged)
    accuracy = f"{agreed.accuracy:.3f} ({agreed.accuracy_low:.3f}–{agreed.accuracy_high:.3f})" if agreed.n else _NONE
    kappa = f"{_decimal(agreed.kappa)} ({_decimal(agreed.kappa_low)}–{_decimal(agreed.kappa_high)})"
    values = {"accuracy": accuracy, "kappa": kappa, "passed": _decimal(agreed.false_passed)}
    yield text("written_agreement", n=agreed.n, open=agreed.unjudged, **values)


def _decimal(value: float | None) -> str:
    return _NONE if value is None else f"{round(value, 3) + 0.0:.3f}"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or _NONE
