"""Signed cookies that say who is logged in, and where to go after logging in."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.web.routes import root_of
from corpus.errors import StoreError

COOKIE = "wegwijzer_session"


class SignedSessions:
    """Starlette's signed session cookie: HttpOnly, SameSite=Lax, and Secure when the visitor came by https.

    Args:
        secret: signs the cookie; who knows it can log in as anybody.
        hours: how long somebody stays logged in, whatever they do.
        path: the sub-path under which the application is served; empty without one.
    """

    def __init__(self, app: ASGIApp, secret: str, hours: float, path: str = "") -> None:
        seconds = round(hours * 3600)
        self._plain, self._secure = (
            SessionMiddleware(app, secret, COOKIE, seconds, path or "/", "lax", https_only=https) for https in (False, True)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        secure = scope.get("scheme") in ("https", "wss")
        await (self._secure if secure else self._plain)(scope, receive, send)


class Ended:
    """Sessions that were logged out: their cookie stays signed, so that a copy of it has to be refused by name.

    Kept in memory until they would have ended anyway.
    """

    def __init__(self, hours: float) -> None:
        self._seconds = hours * 3600
        self._until: dict[str, float] = {}

    def add(self, session: str) -> None:
        """Refuse this session from now on."""
        now = time.monotonic()
        self._until = {each: until for each, until in self._until.items() if until > now}
        self._until[session] = now + self._seconds

    def __contains__(self, session: object) -> bool:
        return session in self._until


def session_secret(file: Path) -> str:
    """The secret in a file; made when it is not there, readable by its owner only.

    Raises:
        StoreError: the file cannot be read or made, or holds fewer than 32 characters.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _make_secret(file)
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError("secret-unreadable", file=file, reason=error) from error
    if len(secret) < 32:
        raise StoreError("secret-short", file=file)
    return secret


def _make_secret(file: Path) -> None:
    made = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
    with os.fdopen(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(48))
    try:
        os.link(made, file)
    except FileExistsError:  # another process was first: its secret counts
        pass
    finally:
        made.unlink()


def safe_next(wanted: object, scope: Scope) -> str:
    """The path to go to after logging in: one of this application, else its first page.

    >>> safe_next("//example.org/", {"root_path": "/wegwijzer"})
    '/wegwijzer/'
    """
    first = f"{root_of(scope)}/"
    if not isinstance(wanted, str) or len(wanted) > 2000 or not wanted.isprintable() or "\\" in wanted:
        return first
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return first
    inside = not parts.scheme and not parts.netloc and wanted.startswith(first) and not wanted.startswith("//")
    return wanted if inside and "/../" not in f"{parts.path}/" else first


def fresh_session(scope: Scope, **values: Any) -> None:
    """Empty the session and put these values in it: nothing of the one before logging in stays."""
    scope["session"].clear()
    scope["session"].update(values)
