"""What a build has embedded so far, kept while it runs: a killed build's work is not done twice.

One SQLite file in the data folder, vectors by key (``index/shipped.py``). A vector that is in a finished version is not needed
here any more, so the file goes when the build has succeeded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreError

_EVERY = 50
"""Vectors after which they are put on disk: a few seconds of work."""


class PartialVectors:
    """Vectors by key, in a file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._waiting = 0
        connection.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, row BLOB NOT NULL)")

    @classmethod
    @contextmanager
    def open(cls, file: Path) -> Iterator[Self]:
        """The vectors in a file, which is made when it is not there. A damaged file begins anew.

        Raises:
            StoreError: the file cannot be written.
        """
        try:
            with closing(_connected(file)) as connection:
                kept = cls(connection)
                try:
                    yield kept
                finally:
                    connection.commit()
        except sqlite3.Error as error:
            raise StoreError("data-unwritable", folder=file.parent, reason=error) from error

    def all(self) -> dict[str, NDArray[np.float32]]:
        """Every vector by its key."""
        rows = self._connection.execute("SELECT key, row FROM vectors")
        return {key: np.frombuffer(row, dtype=np.float32) for key, row in rows}

    def add(self, key: str, row: NDArray[np.float32]) -> None:
        """Keep a vector."""
        self._connection.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", (key, row.astype(np.float32).tobytes()))
        self._waiting += 1
        if self._waiting >= _EVERY:
            self._connection.commit()
            self._waiting = 0


def _connected(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file)
    try:
        sound = connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        connection.close()
        file.unlink()
        connection = sqlite3.connect(file)
    return connection
