"""What people think of answers, kept in SQLite for maintainers: the masked question, never a name, never a danger turn."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from assistant.answer import Answer, AnswerStatus
from corpus.errors import StoreError

Verdict = Literal["helpful", "unhelpful", "wrong_citation"]

_TABLE = """CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY, time TEXT NOT NULL, verdict TEXT NOT NULL, question TEXT NOT NULL, language TEXT NOT NULL,
    status TEXT NOT NULL, units TEXT NOT NULL, index_version TEXT NOT NULL, comment TEXT NOT NULL)"""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One opinion; ``question`` and ``comment`` are masked, ``units`` are the cited ones joined by spaces, ``time`` is UTC."""

    id: int
    time: str
    verdict: str
    question: str
    language: str
    status: str
    units: str
    index_version: str
    comment: str

    def case(self) -> dict[str, object]:
        """The same as a case for the eval suite: a person still has to say which units are right and what a good answer holds."""
        gold = self.units.split() if self.verdict == "helpful" else []
        return {
            "id": f"feedback-{self.id}",
            "kind": "plain",
            "language": self.language,
            "question": self.question,
            "history": [],
            "expect": [self.status],
            "gold": gold,
            "supporting": [],
            "facts": [],
            "missing": [],
            "list": False,
        }


class FeedbackStore:
    """Opinions in one SQLite file; it is made when the first one comes.

    Raises:
        StoreError: the file cannot be read or written.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def add(self, answer: Answer, verdict: Verdict, comment: str = "") -> bool:
        """Keep an opinion on an answer; a danger turn is not kept and gives False. ``comment`` must be masked already."""
        if answer.status == AnswerStatus.SIGNPOST:
            return False
        row = (
            datetime.now(UTC).isoformat(timespec="seconds"),
            verdict,
            answer.question,
            answer.language,
            answer.status.value,
            " ".join(dict.fromkeys(citation.unit for citation in answer.citations)),
            answer.index_version,
            comment,
        )
        with self._open() as connection:
            connection.execute(_TABLE)
            connection.execute(f"INSERT INTO feedback VALUES (NULL{', ?' * len(row)})", row)
        return True

    def all(self) -> list[Feedback]:
        """Every opinion, oldest first; empty before the first one."""
        if not self._file.exists():
            return []
        with self._open() as connection:
            return [Feedback(*row) for row in connection.execute("SELECT * FROM feedback ORDER BY id")]

    def erase(self) -> int:
        """Remove every opinion, also from the pages of the file; gives their number."""
        if not self._file.exists():
            return 0
        with self._open() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            count = connection.execute("DELETE FROM feedback").rowcount
        with self._open() as connection:
            connection.execute("VACUUM")
        return int(count)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._file, timeout=10)
            try:
                with connection:
                    yield connection
            finally:
                connection.close()
        except (sqlite3.Error, OSError) as error:
            raise StoreError("feedback-unusable", file=self._file, reason=error) from error


def as_row(feedback: Feedback) -> dict[str, object]:
    """One opinion as it is exported."""
    return asdict(feedback)
