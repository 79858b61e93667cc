"""Rows that a person accepted go into a publication's question bank: all of them or none, each one checked."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from corpus.bank import BankQuestion, read_bank
from corpus.check import Admission
from corpus.errors import CorpusError
from corpus.publication import read_publication

BANK = "questions.jsonl"


def read_accepted(text: str) -> tuple[BankQuestion, ...]:
    """The rows of a file with drafts that a person kept; their origin is no part of a bank.

    Raises:
        CorpusError: a line is no such row; it names the line.
    """
    lines = [_without_origin(line, number) for number, line in enumerate(text.splitlines(), 1)]
    return read_bank("\n".join(lines))


def _without_origin(line: str, number: int) -> str:
    try:
        row = json.loads(line) if line.strip() else {}
    except ValueError as error:
        raise CorpusError("bank-line", number=number, reason=error) from error
    if not isinstance(row, dict) or not all(isinstance(value, str) for value in row.values()):
        raise CorpusError("bank-line", number=number, reason=line[:80])
    row.pop("origin", None)
    return json.dumps(row) if row else ""


def accept(folder: Path, rows: Sequence[BankQuestion], file: str) -> int:
    """Append rows to the bank of a publication, all of them or none; gives their number.

    Args:
        folder: of the publication.
        file: where the rows come from, for messages.

    Raises:
        CorpusError: the publication or a row is wrong (it names the rows), or the bank cannot be written.
    """
    publication = read_publication(folder)
    admission = Admission(publication)
    refused = [(number, reason) for number, row in enumerate(rows, 1) if (reason := admission.refusal(row))]
    if refused:
        told = ", ".join(f"{number} ({reason})" for number, reason in refused)
        raise CorpusError("accept-refused", publication=publication.id, rows=told, file=file)
    lines = "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)
    _append(folder / BANK, lines)
    return len(rows)


def _append(bank: Path, lines: str) -> None:
    """Replace the bank by itself and these lines, in one step."""
    try:
        old = bank.read_text(encoding="utf-8") if bank.exists() else ""
        if old and not old.endswith("\n"):
            old += "\n"
        handle, name = tempfile.mkstemp(dir=bank.parent, prefix=f".{bank.name}-")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(old + lines)
            stream.flush()
            os.fsync(stream.fileno())
        if bank.exists():
            os.chmod(name, bank.stat().st_mode & 0o777)
        else:
            os.chmod(name, 0o644)
        os.replace(name, bank)
    except OSError as error:
        raise CorpusError("bank-unwritable", file=bank, reason=error.strerror or error) from error
