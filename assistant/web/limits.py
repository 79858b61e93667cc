"""Limits: how large a request may be, and how many questions may come from one session and one address.

Pure ASGI: streams pass through untouched. Counts live in memory only and are gone after a restart.
"""

from __future__ import annotations

import json
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Container
from dataclasses import dataclass

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.refusal import Reason, Refusals
from assistant.web.routes import JOIN, Route, address_of, header, inner_path, page_path, route_of

_LINGER = 2.0  # seconds


@dataclass(frozen=True)
class Limits:
    """What one visitor may ask of the server; 0 means no limit.

    The defaults leave room for a room of forty people behind one address who ask every ten seconds.

    Attributes:
        questions_per_minute_per_address: an IPv6 /64 counts as one address.
        questions_per_minute_per_session: a session is one open page.
        actions_per_minute_per_address: every other button of the page.
        body_bytes: of a request; the page sends the conversation along.
    """

    questions_per_minute_per_address: int = 240
    questions_per_minute_per_session: int = 20
    actions_per_minute_per_address: int = 1200
    body_bytes: int = 1_000_000


class TokenBuckets:
    """A bucket of tokens per key: it holds a minute's worth and refills evenly.

    Args:
        per_minute: tokens; 0: there is always one.
        clock: seconds that only go up.
        most: buckets to remember. Beyond it the one that was used longest ago is forgotten, which fills it.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic, most: int = 20_000) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take a token: 0.0 when there was one, else the seconds until there is."""
        if not self._per_minute:
            return 0.0
        now = self._clock()
        tokens, since = self._buckets.pop(key, (float(self._per_minute), now))
        tokens = min(self._per_minute, tokens + (now - since) * self._per_minute / 60)
        taken = tokens >= 1
        self._buckets[key] = (tokens - 1 if taken else tokens, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1 - tokens) * 60 / self._per_minute

    def __len__(self) -> int:
        return len(self._buckets)


class BodyLimit:
    """Refuses a body that is too large before it has been read, or as soon as more than allowed has come in.

    Starlette can do this too, but says nothing that a person can read.

    Args:
        streamed: requests that pass untouched: nothing inside may read them before it knows who sends them.
    """

    def __init__(self, app: ASGIApp, limit: int, refusals: Refusals, streamed: Callable[[Scope], bool] | None = None) -> None:
        self._app, self._limit, self._refusals, self._streamed = app, limit, refusals, streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        spared = scope["type"] != "http" or (self._streamed is not None and self._streamed(scope))
        if spared or not self._limit or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        try:
            if _declared(scope) > self._limit:
                raise _TooLargeError
            body = await _read(receive, self._limit)
        except _LeftError:
            return
        except _TooLargeError:
            # With this header the server closes the connection instead of reading what is left of the body.
            headers = {"Connection": "close"}
            await self._refusals.send(Reason.TOO_LARGE, scope, receive, _lingering(scope, receive, send), headers=headers)
            return
        await self._app(scope, _replay(body, receive), send)


class RateLimit:
    """Refuses questions beyond the limits, first those of a session, so that one visitor does not use up an office's share.

    It reads the body of a question, so it stands inside a ``BodyLimit``.

    Args:
        questions: ids of Gradio's functions that answer a question; other functions count as actions.
            None: each function counts as a question.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits,
        refusals: Refusals,
        questions: Container[int] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app, self._refusals, self._questions = app, refusals, questions
        self._sessions = TokenBuckets(limits.questions_per_minute_per_session, clock)
        self._addresses = TokenBuckets(limits.questions_per_minute_per_address, clock)
        self._actions = TokenBuckets(limits.actions_per_minute_per_address, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = route_of(scope) if scope["type"] == "http" else Route.OTHER
        body = b""
        if route == Route.QUESTION:
            try:
                body = await _read(receive)
            except _LeftError:
                return
            receive = _replay(body, receive)
        reason, wait = self._judge(route, scope, body)
        if wait:
            await self._refusals.send(reason, scope, receive, send, seconds=math.ceil(wait))
        else:
            await self._app(scope, receive, send)

    def _judge(self, route: Route, scope: Scope, body: bytes) -> tuple[Reason, float]:
        """The limit that this request meets, and the seconds until it fits again; 0.0 when it fits now."""
        if route not in (Route.QUESTION, Route.ACTION, Route.SEARCH):
            return Reason.ADDRESS, 0.0
        address = address_of(scope)
        if route == Route.SEARCH:  # it costs what a question costs
            return Reason.ADDRESS, self._addresses.take(address)
        session, function = _asked(body)
        if route == Route.ACTION or not self._is_question(scope, function):
            return Reason.ADDRESS, self._actions.take(address)
        wait = self._sessions.take(f"session {session}" if session else f"address {address}")
        return (Reason.SESSION, wait) if wait else (Reason.ADDRESS, self._addresses.take(address))

    def _is_question(self, scope: Scope, function: int | None) -> bool:
        # Elsewhere the path names the function, and the body could claim another one.
        return self._questions is None or page_path(inner_path(scope)) != JOIN or function is None or function in self._questions


class _TooLargeError(Exception):
    """The body is larger than allowed."""


class _LeftError(Exception):
    """The visitor left before the body was complete."""


def _lingering(scope: Scope, receive: Receive, send: Send) -> Send:
    """A ``send`` that lets a visitor who is still sending read the answer: closing at once would reset the connection.

    What comes in meanwhile is thrown away, for two seconds at most.
    """

    async def sent(message: Message) -> None:
        if message["type"] != "http.response.body" or header(scope, b"expect"):
            await send(message)  # who waits for a permission to send is not sending
            return
        await send({**message, "more_body": True})
        with anyio.move_on_after(_LINGER):
            more = True
            while more:
                part = await receive()
                more = part["type"] == "http.request" and part.get("more_body", False)
        await send({"type": "http.response.body", "body": b""})

    return sent


def _has_body(scope: Scope) -> bool:
    return bool(header(scope, b"content-length") or header(scope, b"transfer-encoding"))


def _declared(scope: Scope) -> int:
    value = header(scope, b"content-length")
    # The server has refused what is no number; a body whose length is not told is counted while it comes in.
    return int(value) if value.isascii() and value.isdigit() else 0


async def _read(receive: Receive, limit: int | None = None) -> bytes:
    """The whole body. Raises _TooLargeError as soon as it is longer than ``limit``, _LeftError when it breaks off."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise _LeftError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if limit is not None and size > limit:
            raise _TooLargeError
        more = message.get("more_body", False)
    return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives a body that has been read, and then what the server has further to say."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _asked(body: bytes) -> tuple[str | None, int | None]:
    """The session and the function that a body names; None for what it does not name."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):  # bytes that are no text, no JSON, or brackets in brackets without end
        return None, None
    if not isinstance(sent, dict):
        return None, None
    session, function = sent.get("session_hash"), sent.get("fn_index")
    return (
        session if isinstance(session, str) and 0 < len(session) <= 64 else None,
        function if isinstance(function, int) else None,
    )
