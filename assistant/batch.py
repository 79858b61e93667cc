"""Batches: JSON lines in, one answer object a line out, everything loaded once."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from assistant.answer import Answer, AnswerStatus
from assistant.language import language_of
from assistant.service import Assistant
from corpus.errors import BatchError, QuestionError

_SHOWN = 200
"""Characters of a question that could not be handled."""


def run_batch(source: str, target: str, opened: Callable[[], Assistant], limit: str | None = None) -> None:
    """Answer a batch file into another one.

    Args:
        opened: gives the assistant, when the rows have been checked.
        limit: id of the publication to answer from where a row names none itself; None: all.

    Raises:
        BatchError: a file cannot be used, or some rows could not be answered: the others have been written.
    """
    rows = read_batch(source)
    answers = list(answer_batch(rows, opened(), limit))
    write_batch(target, [answer.model_dump_json() for answer in answers])
    failed = sum(answer.status == AnswerStatus.ERROR for answer in answers)
    if failed:
        raise BatchError("batch-errors", count=failed, total=len(answers))


def read_batch(name: str) -> list[dict[str, Any]]:
    """The rows of a batch file (``-``: standard input); every line is checked before the first is answered.

    Raises:
        BatchError: the file cannot be read, or a line is not a JSON object; it names the line.
    """
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BatchError("batch-unreadable", file=name, reason=error) from error
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BatchError("batch-line", file=name, number=number, reason=error) from error
        if not isinstance(row, dict):
            raise BatchError("batch-line", file=name, number=number, reason=type(row).__name__)
        rows.append(row)
    return rows


def answer_batch(rows: list[dict[str, Any]], assistant: Assistant, limit: str | None = None) -> Iterator[Answer]:
    """Answers in the order of the rows; a question that cannot be handled gives an object with status ``error``.

    Args:
        limit: id of the publication to answer from where a row names none itself; None: all.
    """
    for row in rows:
        identity = row.get("id")
        question, history, publication = row.get("question"), row.get("history") or [], row.get("publication", limit)
        try:
            if not isinstance(question, str) or not isinstance(history, list):
                raise QuestionError("question-type")
            answer = assistant.ask(question, history, publication=None if publication is None else str(publication))
            answer.id = identity if isinstance(identity, str | int) else None
        except QuestionError as error:
            asked = assistant.masked(question[:_SHOWN]) if isinstance(question, str) else ""
            answer = Answer(
                id=identity if isinstance(identity, str | int) else None,
                question=asked,
                standalone_question="",
                status=AnswerStatus.ERROR,
                language=language_of(asked),
                answer=f"{error.message} {error.hint}",
                index_version=assistant.index.name,
                timing_ms={"total": 0.0},
            )
        yield answer


def write_batch(name: str, lines: list[str]) -> None:
    """Write answers to a file (``-``: standard output).

    Raises:
        BatchError: the file cannot be written.
    """
    text = "".join(f"{line}\n" for line in lines)
    if name == "-":
        sys.stdout.write(text)
        return
    try:
        Path(name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BatchError("batch-unreadable", file=name, reason=error) from error
