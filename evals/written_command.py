"""The command ``wegwijzer eval model``: modes, judge, folders and what is printed, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.llm.passages import Mode
from assistant.llm.setup import open_client
from assistant.render import text
from assistant.service import Assistant
from corpus.errors import EvalError
from evals.cases import Half
from evals.judge import Judge, open_judge
from evals.printed import print_run, side_by_side, written_report
from evals.suite import differences, score_again, write_json
from evals.written import (
    Judged,
    WrittenRun,
    evaluate_written,
    is_written,
    prices_of,
    score_written_again,
    verdicts_on_pairs,
    write_written,
)

if TYPE_CHECKING:
    from assistant.settings import Settings


def evaluate_model(settings: Settings, half: Half, modes: Sequence[Mode], limit: int | None, with_judge: bool) -> list[Path]:
    """Evaluate the model that is set in each mode, print and keep it; two modes are also printed side by side.

    Raises:
        EvalError, ModelError, StoreError: a model or a judge is not set or cannot be reached; nothing has been asked then.
    """
    if not settings.model:
        raise EvalError("eval-model-unset")
    with closing(open_client(settings)) as client:
        client.reach()
    judge = open_judge(settings) if with_judge else None
    judged: Judged = []
    if judge:
        _tell("judge")
        judged = verdicts_on_pairs(judge, limit)
    runs = [_run(settings.model_copy(update={"model_mode": mode}), half, limit, judge, judged) for mode in modes]
    if judge:
        _print_judge(judge)
        judge.close()
    if len(runs) == 2:
        (before, first), (after, second) = runs
        found = differences(first.rows, second.rows)
        print(side_by_side(first.settings["mode"], second.settings["mode"], found))
        measured = {name: asdict(difference) for name, difference in found.items()}
        write_json(after / "comparison.json", {"before": before.name, "after": after.name, "measures": measured})
    return [folder for folder, _ in runs]


def score_any(settings: Settings, folder: Path, assistant: Assistant) -> None:
    """Score the kept answers of a run again, with or without a model, and print it (raises EvalError)."""
    if is_written(folder):
        print(written_report(score_written_again(folder, assistant.index.corpus, prices_of(settings))))
        print(text("eval_folder", folder=folder))
    else:
        print_run(score_again(folder, assistant), folder)


def _run(settings: Settings, half: Half, limit: int | None, judge: Judge | None, judged: Judged) -> tuple[Path, WrittenRun]:
    with closing(Assistant(settings)) as assistant:
        run = evaluate_written(settings, assistant, half, limit=limit, judge=judge, judged=judged, tell=_tell)
    report = written_report(run)
    folder = write_written(run, settings.data.path / "evals", report)
    print(report)
    print(text("eval_folder", folder=folder), flush=True)
    return folder, run


def _print_judge(judge: Judge) -> None:
    failures = ", ".join(f"{name} {count}" for name, count in judge.failures.items()) or "–"
    print(text("written_judge", asked=judge.tokens_asked, written=judge.tokens_written, failures=failures))


def _tell(what: str) -> None:
    print(text("eval_busy", what=what), flush=True)
