"""The banks: everyday questions that a publication answers, near misses that it does not, and messages about anything else."""

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


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A message of somebody who may be in danger, or near such a person; ``who`` is a table of ``prompts/helplines.toml``."""

    text: str
    who: str


@cache
def off_topic_questions() -> tuple[str, ...]:
    """Questions about anything else, which no publication answers: what a question on the subject is told apart from."""
    return tuple(_lines("offtopic.txt"))


@cache
def disclosures() -> tuple[Disclosure, ...]:
    """Written examples of messages that must be answered with help lines."""
    return tuple(Disclosure(text, who) for who, text in (line.split("\t") for line in _lines("disclosures.tsv")))


@cache
def attacks() -> tuple[str, ...]:
    """Written examples of orders to break the rules: to ignore them, to show what is hidden, to invent, to remember."""
    return tuple(_lines("attacks.txt"))


@cache
def lookalikes() -> tuple[str, ...]:
    """Written examples of messages with the same words in which nobody is in danger and nothing is attacked."""
    return tuple(_lines("lookalikes.txt"))


def _lines(name: str) -> list[str]:
    lines = (files("corpus") / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


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
