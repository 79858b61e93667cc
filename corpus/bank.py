"""The question bank: everyday questions, each with the unit and the literal span that answers it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from corpus.errors import CorpusError


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """One row of ``questions.jsonl``; ``quote`` is a literal span of the unit's text."""

    question: str
    unit: str
    quote: str


def read_bank(text: str) -> tuple[BankQuestion, ...]:
    """Read ``questions.jsonl``.

    Raises:
        CorpusError: a line that is not an object with exactly question, unit and quote; it names the line.
    """
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            rows.append(BankQuestion(**json.loads(line)))
        except (json.JSONDecodeError, TypeError) as error:
            raise CorpusError("bank-line", number=number, reason=error) from error
    return tuple(rows)
