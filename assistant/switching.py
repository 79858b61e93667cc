"""Which index version answers now: the running chat moves to another one between two questions.

Turns that are running finish on the version they began with; it is closed when the last of them has ended. A new version is
opened and warmed beside the one that answers, so that no question waits for it, and one that cannot be opened changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from assistant.turn import House
from corpus.errors import WegwijzerError
from index.retriever import IndexVersion
from index.versions import DataFolder

_LOOK_EVERY = 1.0
"""Seconds between two looks at the pointer."""
_TRY_AGAIN = 60.0
"""Seconds after which a version that could not be opened is tried again."""


@dataclass(slots=True)
class Served:
    """A version that answers, with what belongs to it.

    Attributes:
        house: what the installation gives to its turns.
        turns: how many are running on it.
        retired: whether another version has taken its place.
    """

    index: IndexVersion
    house: House
    turns: int = 0
    retired: bool = False

    def close(self) -> None:
        if self.house.writer is not None:
            self.house.writer.close()
        self.index.close()


class Pinned:
    """One version for good, as one question, a batch or a measurement needs it."""

    def __init__(self, served: Served) -> None:
        self._served = served

    @property
    def current(self) -> Served:
        """The version that answers now."""
        return self._served

    @contextmanager
    def turn(self) -> Iterator[Served]:
        """The version that a turn answers from, kept open until the turn has ended."""
        yield self._served

    def close(self) -> None:
        self._served.close()


@dataclass
class Following:
    """The live version, whichever that is.

    Attributes:
        first: the version that is live at the beginning.
        make: opens and warms a version, given its id and the one that answers now.
    """

    data: DataFolder
    first: Served
    make: Callable[[str, Served], Served]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _looked: float = 0.0
    _failed: tuple[str, float] | None = None
    _opening: threading.Thread | None = None

    def __post_init__(self) -> None:
        self._served = self.first
        self._seen = self._pointer()
        if self.data.live() != self.first.index.name:  # promoted while the first one was opened
            self._seen = None

    @property
    def current(self) -> Served:
        """The version that answers now."""
        return self._served

    @contextmanager
    def turn(self) -> Iterator[Served]:
        """The version that a turn answers from, kept open until the turn has ended."""
        self._look()
        with self._lock:
            served = self._served
            served.turns += 1
        try:
            yield served
        finally:
            with self._lock:
                served.turns -= 1
                ended = served.retired and not served.turns
            if ended:
                served.close()

    def close(self) -> None:
        """Close the version; one that is being opened is waited for."""
        if self._opening:
            self._opening.join()
        self._served.close()

    def _look(self) -> None:
        """Begin to open another version when the pointer names one; costs a look at a file's date at most once a second."""
        now = time.monotonic()
        with self._lock:
            if now - self._looked < _LOOK_EVERY or (self._opening and self._opening.is_alive()):
                return
            self._looked = now
            pointer = self._pointer()
            due = self._failed is not None and now >= self._failed[1]
            if pointer == self._seen and not due:
                return
            self._seen = pointer
            self._opening = threading.Thread(target=self._follow, name="switching", daemon=True)
            self._opening.start()

    def _follow(self) -> None:
        name = "?"
        try:
            name = self.data.live() or self._served.index.name
            self._failed = None
            if name != self._served.index.name:
                self._swap(self.make(name, self._served))
        except (WegwijzerError, OSError) as error:
            self._failed = (name, time.monotonic() + _TRY_AGAIN)
            _tell(name, "not_opened", logging.ERROR, getattr(error, "code", type(error).__name__))

    def _swap(self, new: Served) -> None:
        with self._lock:
            old, self._served = self._served, new
            old.retired = True
            idle = not old.turns
        if idle:
            old.close()
        _tell(new.index.name, "live")

    def _pointer(self) -> tuple[int, int] | None:
        """What changes when the pointer is replaced; None when it is not there."""
        try:
            found = self.data.pointer.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns


def _tell(version: str, status: str, level: int = logging.INFO, reason: str | None = None) -> None:
    from assistant.web.logs import note

    note("version", level=level, status=status, index_version=version, reason=reason)
