"""Answers on the page while a model writes them: every checked sentence at once, and a way to stop."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from assistant.answer import Answer
from assistant.turn import Follower
from assistant.ui.actions import Chat, Messages, Shown


class Live:
    """Asks for the page's visitors.

    Args:
        at_once: how many answers may be written at a time.
    """

    def __init__(self, chat: Chat, at_once: int) -> None:
        self._chat = chat
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="answer")
        self._running: dict[str, threading.Event] = {}

    def ask(
        self, asked: str, messages: Messages, turns: list[Answer], session: str, publication: str | None = None
    ) -> Iterator[Shown]:
        """What the page shows, each time there is more; the last one is the answer. Whoever leaves ends the writing.

        Args:
            session: of the page that asks; it writes one answer at a time.
            publication: id of the one to answer from; None: all.
        """
        drafts: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        stop = self._running[session] = threading.Event()
        follower = Follower(drafts.put, stop.is_set)
        answering = self._pool.submit(copy_context().run, self._chat.ask, asked, messages, turns, follower, publication)
        answering.add_done_callback(lambda _: drafts.put(None))
        try:
            while (draft := drafts.get()) is not None:
                yield self._chat.draft(draft, messages, turns)
            yield answering.result()
        finally:
            stop.set()
            if self._running.get(session) is stop:
                del self._running[session]

    def stop(self, session: str) -> None:
        """End the writing on a page: the literal answer comes instead."""
        if stop := self._running.get(session):
            stop.set()
