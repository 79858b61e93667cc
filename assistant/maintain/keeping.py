"""Keeps what the chat did not answer, where an installation wants that, and removes daily what is too old."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answer import Answer, AnswerStatus
from assistant.gaps import GapStore
from assistant.web.logs import note
from corpus.errors import StoreError

if TYPE_CHECKING:
    from assistant.service import Assistant

_DAY = 86_400.0


@dataclass(frozen=True)
class GapKeeper:
    """Told about every answer of the chat."""

    store: GapStore
    assistant: Assistant

    def __call__(self, answer: Answer, earlier: Sequence[Answer]) -> None:
        """Keep a turn that was not answered. Of a conversation in which danger came up nothing is kept, and a question that
        is repeated in it counts once. A store that fails costs nobody an answer: the log says it."""
        if any(each.status == AnswerStatus.SIGNPOST or each.question == answer.question for each in earlier):
            return
        try:
            with self.assistant.reading() as index:
                self.store.add(answer, index)
        except StoreError as error:
            _complain(error)


def sweep_daily(store: GapStore, every: float = _DAY) -> threading.Thread:
    """Remove what is too old, now and each day for as long as this process lives."""
    pause = threading.Event()

    def sweep() -> None:
        while True:
            try:
                store.sweep()
            except StoreError as error:
                _complain(error)
            pause.wait(every)

    thread = threading.Thread(target=sweep, name="gaps", daemon=True)
    thread.start()
    return thread


def _complain(error: StoreError) -> None:
    note("gaps", level=logging.ERROR, status="failed", reason=error.code)
