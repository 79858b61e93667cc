"""Logs as JSON lines on standard error, without anything a person typed.

A request is told by the class of its route, never by its path or query; a client by nothing, or, when it was refused, by
a mark that only this process can make. What a library says is not repeated: its message may hold a question.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import sys
import time
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import IO, Any
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.routes import Route, address_of, route_of

_LOGGER = logging.getLogger("wegwijzer")
# Of these the messages are fixed texts about the server itself.
_TRUSTED = ("uvicorn", "uvicorn.error")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_KEY = secrets.token_bytes(32)
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that is being answered; None outside of one."""


def configure_logs(level: str = "info", stream: IO[str] | None = None) -> None:
    """Send every logger's lines as JSON to standard error.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``; libraries below warning stay silent.
        stream: instead of standard error.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(_is_wanted)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    _LOGGER.setLevel(level.upper())
    for name in _TRUSTED:
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
        logger.setLevel(logging.INFO if level != "debug" else logging.DEBUG)
    logging.getLogger("uvicorn.access").disabled = True


def note(
    event: str,
    *,
    level: int = logging.INFO,
    route: str | None = None,
    method: str | None = None,
    status: int | str | None = None,
    duration_ms: float | None = None,
    reason: str | None = None,
    language: str | None = None,
    index_version: str | None = None,
    client: str | None = None,
    answerer: str | None = None,
    dropped: int | None = None,
) -> None:
    """Log an event of ours. The fields are a closed list, so that no text of a person can slip in by a name of its own.

    Args:
        status: of the response or of the answer.
        client: a mark made by ``client_mark``.
        dropped: sentences of a model that were not shown.
    """
    fields: dict[str, Any] = {"route": route, "method": method, "status": status, "reason": reason, "language": language}
    fields |= {"index_version": index_version, "client": client, "answerer": answerer, "dropped": dropped}
    fields["duration_ms"] = None if duration_ms is None else round(duration_ms, 1)
    _LOGGER.log(level, event, extra={"fields": {name: value for name, value in fields.items() if value is not None}})


def client_mark(scope: Scope) -> str:
    """Eight letters that are the same for one address as long as this process runs, and from which nobody finds the address."""
    return hmac.new(_KEY, address_of(scope).encode(), hashlib.sha256).hexdigest()[:8]


def _is_wanted(record: logging.LogRecord) -> bool:
    """A library may set its own level, whatever the root's: below a warning only we and the server speak."""
    return record.levelno >= logging.WARNING or record.name in (_LOGGER.name, *_TRUSTED)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event, then what there is to tell."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": moment, "level": record.levelname.lower()}
        if record.name == _LOGGER.name:
            line |= {"event": record.getMessage(), "request_id": request_id.get(), **getattr(record, "fields", {})}
        else:
            line |= {"event": "library", "logger": record.name, "where": f"{record.module}:{record.lineno}"}
            if record.name in _TRUSTED and not record.exc_info:
                line["message"] = record.getMessage()
        if record.exc_info and record.exc_info[0]:
            line |= _failure(record.exc_info[0], record.exc_info[2])
        return json.dumps({name: value for name, value in line.items() if value is not None}, ensure_ascii=False)


def _failure(kind: type[BaseException], trace: Any) -> dict[str, Any]:
    """What failed and where. The exception's own words are left out: they may repeat the question."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    return {"error": f"{kind.__module__}.{kind.__qualname__}", "trace": frames[-12:]}


class LogRequests:
    """Logs every request when it has been answered, with an id that its response carries as well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number, begun, status = uuid4().hex, time.monotonic(), 500
        scope.setdefault("state", {})
        token = request_id.set(number)

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = number
            await send(message)

        route = route_of(scope)
        try:
            await self._app(scope, receive, watch)
        finally:
            _note_request(scope, route, status, begun)
            request_id.reset(token)


def _note_request(scope: Scope, route: Route, status: int, begun: float) -> None:
    reason = scope["state"].get("refused")
    # Assets and the checks of a monitor would drown the rest.
    quiet = route in (Route.ASSET, Route.HEALTH, Route.METRICS) and status < 400
    note(
        "request",
        level=logging.ERROR if status >= 500 else logging.DEBUG if quiet else logging.INFO,
        route=str(route),
        method=scope["method"] if scope["method"] in _METHODS else "other",  # a client can make up a word
        status=status,
        duration_ms=(time.monotonic() - begun) * 1000,
        reason=reason,
        client=client_mark(scope) if reason else None,
    )
