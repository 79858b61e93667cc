"""The banks of a publication: everyday questions that it answers, and near misses that it does not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeVar

from corpus.errors import CorpusError

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """One row of ``questions.jsonl``; ``quote`` is a literal span of the unit's text."""

    question: str
    unit: str
    quote: str


@dataclass(frozen=True, slots=True)
class Gap:
    """One row of ``gaps.jsonl``: a question on the subject that the publication does not answer.

    Attributes:
        nearest: the unit that comes closest; None when none does.
        kind: what is asked for (``amount``, ``contact`` …), a table of ``prompts/asked.toml``.
    """

    question: str
    nearest: str | None
    kind: str


def read_bank(text: str) -> tuple[BankQuestion, ...]:
    """Read ``questions.jsonl``.

    Raises:
        CorpusError: a line that is not an object with exactly question, unit and quote; it names the line.
    """
    return _rows(text, BankQuestion)


def read_gaps(text: str) -> tuple[Gap, ...]:
    """Read ``gaps.jsonl``.

    Raises:
        CorpusError: a line that is not an object with exactly question, nearest and kind; it names the line.
    """
    return _rows(text, Gap)


@cache
def off_topic_questions() -> tuple[str, ...]:
    """Questions about anything else, which no publication answers: what a question on the subject is told apart from."""
    lines = (files("corpus") / "offtopic.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def _rows(text: str, kind: type[Row]) -> tuple[Row, ...]:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            rows.append(kind(**json.loads(line)))
        except (json.JSONDecodeError, TypeError) as error:
            raise CorpusError("bank-line", number=number, reason=error) from error
    return tuple(rows)
