"""Generate once, score many times: run the assistant over cases and keep every answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant.answer import Answer
from assistant.service import Assistant
from corpus.errors import EvalError
from evals.cases import Case


def generate(assistant: Assistant, cases: Sequence[Case], publication: str | None = None) -> dict[str, Answer]:
    """Answers by case id.

    Args:
        publication: id of the one to answer from; None: all.
    """
    return {case.id: _answer(assistant, case, publication) for case in cases}


def write_answers(answers: Iterable[Answer], file: Path) -> None:
    """One answer a line."""
    file.write_text("".join(f"{answer.model_dump_json()}\n" for answer in answers), encoding="utf-8")


def read_answers(file: Path) -> dict[str, Answer]:
    """Answers by case id.

    Raises:
        EvalError: the file cannot be read, or a line is no answer.
    """
    try:
        rows = [Answer.model_validate(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise EvalError("run-unreadable", file=file, reason=error) from error
    return {str(row.id): row for row in rows}


def _answer(assistant: Assistant, case: Case, publication: str | None) -> Answer:
    answer = assistant.ask(case.question, [message.model_dump() for message in case.history], publication=publication)
    answer.id = case.id
    return answer
