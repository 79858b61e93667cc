"""The wire to the model: a stream that never hangs, with retries, a hard deadline and a breaker.

Models are read in an event loop beside the callers, so that a stalled connection can be closed from outside at any moment. There
is one for all: providers' packages share connections between models, and a connection belongs to the loop in which it was made.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from assistant.llm.breaker import Breaker
from assistant.models import ModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Messages = Sequence[tuple[str, str]]
"""Pairs of role (``"system"`` or ``"human"``) and text."""

QUIET = 0.04
"""Seconds without news after which a reader is told so, with an empty piece."""
_PAUSE = 0.5
"""Seconds before the second try; doubled before each next one."""
_ENDED = ("finish_reason", "done_reason", "stop_reason")
"""Where providers say why a stream ended; one that does not say was cut off."""
_PASSING = frozenset({408, 409, 425, 429})
"""Codes of refusals that may be over in a moment, beside 500 and up."""


@dataclass(slots=True)
class Usage:
    """Tokens of one call as the server counted them; None where it did not."""

    asked: int | None = None
    written: int | None = None


def _never() -> bool:
    return False


class Client:
    """Calls one model, from any number of threads.

    Args:
        timeout: seconds in which something new must arrive.
        retries: further tries while nothing has arrived yet.
    """

    def __init__(self, model: BaseChatModel, breaker: Breaker, timeout: float, retries: int) -> None:
        self._model, self._breaker = model, breaker
        self._timeout, self._retries = timeout, retries
        self._reading: set[Future[bool]] = set()

    def stream(
        self, messages: Messages, deadline: float, stopped: Callable[[], bool] = _never, usage: Usage | None = None
    ) -> Generator[str]:
        """What the model writes, in pieces as they arrive; an empty piece each ``QUIET`` seconds in which nothing did.

        Args:
            deadline: on ``time.monotonic``'s clock.
            stopped: asked all the time; once true, the stream is closed.
            usage: filled in when the server tells.

        Raises:
            ModelError: the model failed, was too slow, or is not to be asked now.
        """
        if not self._breaker.allows():
            raise ModelError("model-failed", "pausing")
        judge: Callable[[], None] = self._breaker.abandoned
        try:
            for piece in self._tries(messages, deadline, stopped, usage or Usage()):
                if piece:
                    judge = self._breaker.succeeded
                yield piece
            judge = self._breaker.succeeded
        except ModelError as error:
            judge = self._breaker.abandoned if error.reason == "stopped" else self._breaker.failed
            raise
        finally:
            judge()

    def reach(self) -> None:
        """Ask the model for a word, without any text of a publication or a person (raises ModelError)."""
        with closing(self.stream([("human", "Ping")], time.monotonic() + self._timeout)) as pieces:
            next((piece for piece in pieces if piece), None)

    def _tries(self, messages: Messages, deadline: float, stopped: Callable[[], bool], usage: Usage) -> Generator[str]:
        for number in range(self._retries + 1):
            heard = False
            try:
                for piece in self._once(messages, deadline, stopped, usage):
                    heard = heard or bool(piece)
                    yield piece
                return
            except ModelError as error:
                wait = _PAUSE * 2**number
                if heard or not error.again or number == self._retries or time.monotonic() + wait >= deadline:
                    raise
            until = time.monotonic() + wait
            while time.monotonic() < until and not stopped():
                time.sleep(QUIET)
                yield ""

    def _once(self, messages: Messages, deadline: float, stopped: Callable[[], bool], usage: Usage) -> Generator[str]:
        arrived: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        reading = asyncio.run_coroutine_threadsafe(self._read(messages, arrived.put, usage), _loop())
        self._reading.add(reading)
        reading.add_done_callback(lambda _: arrived.put(None))
        heard = time.monotonic()
        try:
            while True:
                if stopped():
                    raise ModelError("model-failed", "stopped")
                now = time.monotonic()
                if now >= deadline:
                    raise ModelError("model-failed", "budget")
                if now - heard > self._timeout:
                    raise ModelError("model-failed", "timeout", again=True)
                try:
                    piece = arrived.get(timeout=min(QUIET, deadline - now))
                except queue.Empty:
                    yield ""
                    continue
                if piece is None:
                    break
                heard = time.monotonic()
                yield piece
        finally:
            reading.cancel()
            self._reading.discard(reading)
        _require_whole(reading)

    async def _read(self, messages: Messages, put: Callable[[str], None], usage: Usage) -> bool:
        """Read a stream; true when the server said that it ended."""
        ended = False
        async for chunk in self._model.astream(list(messages)):
            if text := str(chunk.text):
                put(text)
            ended = ended or any(chunk.response_metadata.get(name) for name in _ENDED)
            told = getattr(chunk, "usage_metadata", None)
            if told:
                usage.asked, usage.written = told["input_tokens"], told["output_tokens"]
            # A stream that is always ahead would never let go: others could not read, and it could not be cancelled.
            await asyncio.sleep(0)
        return ended

    def close(self) -> None:
        """End what is being read."""
        for reading in tuple(self._reading):
            reading.cancel()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """The loop in which models are read; it lives as long as the process."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="models", daemon=True).start()
    return loop


def _require_whole(reading: Future[bool]) -> None:
    """Raise what ended a stream, as our own error: providers' own words may hold a key or the question."""
    try:
        error = reading.exception()
    except CancelledError:
        raise ModelError("model-failed", "closed") from None
    if error is not None:
        status = _status(error)
        again = status is None or status in _PASSING or status >= 500
        raise ModelError("model-failed", f"status_{status}" if status else _kind(error), again=again) from error
    if not reading.result():
        raise ModelError("model-failed", "cut")


def _status(error: BaseException) -> int | None:
    """The HTTP status in a provider's error; None when there was none."""
    response: Any = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    return status if isinstance(status, int) and status >= 400 else None


def _kind(error: BaseException) -> str:
    """Too slow, unreachable, or what was read makes no sense: told by its name, for every package has errors of its own."""
    if "Timeout" in type(error).__name__:
        return "timeout"
    return "malformed" if isinstance(error, ValueError | KeyError | TypeError) else "connection"
