"""The circuit breaker: a model that keeps failing is left alone for a while, so that nobody waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Breaker:
    """Closed (calls pass), open (none does) or half-open (one call tries). Safe to use from many threads.

    Args:
        failures: in a row, after which it opens.
        pause: seconds it stays open.
        clock: seconds that only go up.
    """

    def __init__(self, failures: int, pause: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._pause, self._clock = failures, pause, clock
        self._failed = 0
        self._opened: float | None = None
        self._trying = False
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Whether a call may go now; one that may must end with ``succeeded``, ``failed`` or ``abandoned``."""
        with self._lock:
            if self._opened is None:
                return True
            if self._trying or self._clock() - self._opened < self._pause:
                return False
            self._trying = True
            return True

    def succeeded(self) -> None:
        """The model did what it should: closed again."""
        with self._lock:
            self._failed, self._opened, self._trying = 0, None, False

    def failed(self) -> None:
        """The model failed; the last of several in a row opens the breaker, and so does a failed try."""
        with self._lock:
            self._failed += 1
            if self._trying or self._failed >= self._limit:
                self._opened = self._clock()
            self._trying = False

    def abandoned(self) -> None:
        """The call was stopped before anybody knew: as if it had not been made."""
        with self._lock:
            self._trying = False
