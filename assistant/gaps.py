"""Questions that the guidance did not answer, kept for maintainers where an installation wants that: off by default.

Only the masked text of ``not_in_guidance`` and ``partial`` turns is kept, for ``DAYS`` days, and only what several turns
asked alike is shown. Turns are counted, not persons: who asked is kept nowhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.answer import Answer, AnswerStatus
from corpus.errors import StoreError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.retriever import IndexVersion

    Vector = NDArray[np.float32]

DAYS = 90
SHOWN_FROM = 3
"""Similar questions from which they are shown: fewer could point at one person."""
KEPT = (AnswerStatus.NOT_IN_GUIDANCE, AnswerStatus.PARTIAL)
_ALIKE = 0.0003
"""Share of pairs of bank questions that are at least as alike as two that count as one question here. Measured on the first
guidance's bank: with the bundled embedder that is a cosine of 0.92, where two of three pairs belong to one unit."""
_USUAL = 0.92
"""That cosine, for a version with too few bank questions to find its own."""
_SAMPLE = 1000
_ENOUGH = 300
_NEWEST = 2000
"""Questions that are grouped, at most."""

_TABLE = """CREATE TABLE IF NOT EXISTS gaps (
    id INTEGER PRIMARY KEY, time TEXT NOT NULL, question TEXT NOT NULL, language TEXT NOT NULL, status TEXT NOT NULL,
    nearest TEXT NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL)"""


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """One turn; ``question`` is masked, ``nearest`` the unit that search ranked first (empty: none), ``time`` UTC, ``model`` and
    ``vector`` the embedder's."""

    id: int
    time: str
    question: str
    language: str
    status: str
    nearest: str
    model: str
    vector: bytes


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Similar questions: their texts, each once, the newest first; how many turns asked them; the commonest nearest unit."""

    questions: tuple[str, ...]
    count: int
    nearest: str
    newest: str


class GapStore:
    """Unanswered questions in one SQLite file, made when the first one comes. What is too old is removed whenever it is opened.

    Args:
        now: the time, in UTC.

    Raises:
        StoreError: the file cannot be read or written.
    """

    def __init__(self, file: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._file, self._now = file, now

    def add(self, answer: Answer, index: IndexVersion) -> bool:
        """Keep a turn if it is of a kind that is kept; gives whether it is."""
        if answer.status not in KEPT:
            return False
        vector = np.asarray(index.embedder.embed_query(answer.question), dtype=np.float32)
        nearest = answer.retrieved[0].unit if answer.retrieved else ""
        row = (self._stamp(), answer.question, answer.language, answer.status.value, nearest, _model(index), vector.tobytes())
        with self._open() as connection:
            connection.execute(f"INSERT INTO gaps VALUES (NULL{', ?' * len(row)})", row)
        return True

    def all(self) -> list[KeptQuestion]:
        """Every kept question, newest first; empty before the first one."""
        if not self._file.exists():
            return []
        with self._open() as connection:
            return [KeptQuestion(*row) for row in connection.execute("SELECT * FROM gaps ORDER BY id DESC")]

    def groups(self, index: IndexVersion) -> list[GapGroup]:
        """What ``SHOWN_FROM`` or more turns asked alike, the most frequent first, among the newest ``_NEWEST`` turns."""
        kept = self.all()[:_NEWEST]
        vectors = [_vector(question, index) for question in kept]
        groups = _grouped(vectors, alike(index))
        found = [_group([kept[row] for row in rows]) for rows in groups if len(rows) >= SHOWN_FROM]
        return sorted(found, key=lambda group: -group.count)

    def erase(self) -> int:
        """Remove every question, also from the pages of the file; gives their number."""
        if not self._file.exists():
            return 0
        with self._open() as connection:
            count = connection.execute("DELETE FROM gaps").rowcount
        with self._open() as connection:
            connection.execute("VACUUM")
        return int(count)

    def sweep(self) -> None:
        """Remove what is older than ``DAYS`` days."""
        if self._file.exists():
            with self._open():
                pass

    def _stamp(self, days: int = 0) -> str:
        return (self._now() - timedelta(days=days)).isoformat(timespec="seconds")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._file, timeout=10)
            try:
                with connection:
                    connection.execute("PRAGMA secure_delete = ON")
                    connection.execute(_TABLE)
                    connection.execute("DELETE FROM gaps WHERE time < ?", (self._stamp(DAYS),))
                    connection.commit()
                    yield connection
            finally:
                connection.close()
        except (sqlite3.Error, OSError) as error:
            raise StoreError("gaps-unusable", file=self._file, reason=error) from error


def alike(index: IndexVersion) -> float:
    """The cosine from which two questions count as the same one: what few pairs of the version's own bank reach."""
    rows = index.rows("question")
    if len(rows) < _ENOUGH:
        return _USUAL
    chosen = np.random.default_rng(0).choice(rows, min(_SAMPLE, len(rows)), replace=False)
    vectors = index.vectors[np.sort(chosen)]
    pairs = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    return float(np.quantile(pairs, 1 - _ALIKE))


def _model(index: IndexVersion) -> str:
    return str(index.manifest["model"])


def _vector(question: KeptQuestion, index: IndexVersion) -> Vector:
    """A question's vector; embedded again when another model made the one that is kept."""
    if question.model == _model(index):
        return np.frombuffer(question.vector, dtype=np.float32)
    return np.asarray(index.embedder.embed_query(question.question), dtype=np.float32)


def _grouped(vectors: list[Vector], limit: float) -> list[list[int]]:
    """Rows in groups in which every two are alike, each row in the first group that takes it."""
    groups: list[list[int]] = []
    for row, vector in enumerate(vectors):
        fitting = (group for group in groups if all(float(vectors[other] @ vector) >= limit for other in group))
        group = next(fitting, None)
        if group is None:
            groups.append([row])
        else:
            group.append(row)
    return groups


def _group(kept: list[KeptQuestion]) -> GapGroup:
    nearest = [question.nearest for question in kept if question.nearest]
    commonest = max(dict.fromkeys(nearest), key=nearest.count, default="")
    return GapGroup(tuple(dict.fromkeys(question.question for question in kept)), len(kept), commonest, kept[0].time)
