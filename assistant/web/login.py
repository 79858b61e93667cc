"""Logging in, when an installation wants it: nobody gets past ``RequireLogin`` without a session that a door has given.

A door is where one comes in: ``PasswordDoor`` here, with a users file, or ``OpenIDConnect`` in ``oidc.py``.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qs, quote

import anyio
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.web.logs import client_mark, note
from assistant.web.pages import logged_out_page, login_page, logout_page
from assistant.web.refusal import Reason, Refusals
from assistant.web.routes import CALLBACK, HEALTH, LOGIN, LOGOUT, METRICS, address_of, header, inner_path, root_of
from assistant.web.sessions import Ended, fresh_session, safe_next
from assistant.web.texts import LANGUAGES, language_of, text
from assistant.web.users import Lockout, User, Users

_OPEN = (LOGIN, CALLBACK, LOGOUT, METRICS, *HEALTH)
"""Paths for everybody; ``/metrics`` has a check of its own."""
# Argon2 takes 64 MB and some 50 ms a time.
_CHECKS_AT_ONCE = 2
_CHECKS_WAITING = 60
# Beside the limit per name and address: one per name and one per address, for guesses that change the other.
_WIDER = 10


class Door(Protocol):
    """Where somebody comes in."""

    def routes(self) -> list[Route]:
        """Its pages."""

    def find(self, session: dict[str, Any]) -> User | None:
        """The user whose session this is; None when it is nobody's (any more)."""

    def leave(self) -> str | None:
        """Address that ends the session elsewhere too; None when there is none."""


def user_of(scope: Scope) -> User | None:
    """Who made this request; None when logging in is off."""
    user = scope.get("user")
    return user if isinstance(user, User) else None


class RequireLogin:
    """Lets only people with a session in: a browser that wants a page is sent to the login page, all else is refused."""

    def __init__(self, app: ASGIApp, door: Door, ended: Ended, refusals: Refusals) -> None:
        self._app, self._door, self._ended, self._refusals = app, door, ended, refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        session = scope["session"]
        user = None if session.get("id") in self._ended else self._door.find(session)
        if user:
            scope["user"] = user
        if user or inner_path(scope) in _OPEN:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["method"] in ("GET", "HEAD") and "text/html" in header(scope, b"accept"):
            await RedirectResponse(_to_login(scope), 303, {"Cache-Control": "no-store"})(scope, receive, send)
        else:
            await self._refusals.send(Reason.NOT_LOGGED_IN, scope, receive, send)


class PasswordDoor:
    """Name and password, from a users file.

    Args:
        attempts: wrong passwords for one name from one address; ten times as many for one name, or from one address.
        pause: seconds that follow on them.
    """

    kind = "password"

    def __init__(
        self,
        users: Users,
        refusals: Refusals,
        attempts: int = 5,
        pause: float = 900,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._users, self._refusals = users, refusals
        self._narrow = Lockout(attempts, pause, clock)
        self._wide = Lockout(attempts * _WIDER, pause, clock)
        self._checks = anyio.CapacityLimiter(_CHECKS_AT_ONCE)

    def routes(self) -> list[Route]:
        return [Route(LOGIN, self._form, methods=["GET"]), Route(LOGIN, self._enter, methods=["POST"])]

    def find(self, session: dict[str, Any]) -> User | None:
        name = session.get("name")
        if session.get("door") != self.kind or not isinstance(name, str):
            return None
        # A changed password, and a line that was taken out of the file, end the session.
        return self._users.find(name) if session.get("mark") == self._users.mark(name) else None

    def leave(self) -> str | None:
        return None

    async def _form(self, request: Request) -> Response:
        language = request.query_params.get("lang", "")
        return self._page(request, language, request.query_params.get("next"))

    async def _enter(self, request: Request) -> Response:
        sent = _fields(await request.body())
        language, following, name = sent.get("lang", ""), sent.get("next"), sent.get("name", "").strip().lower()[:64]
        form = str(request.session.get("form", ""))
        if not form or not hmac.compare_digest(sent.get("token", "").encode(), form.encode()):
            return self._page(request, language, following, name, "login_expired", 400)
        narrow, wide = f"{name} {address_of(request.scope)}", (f"name {name}", f"address {address_of(request.scope)}")
        wait = max(self._narrow.wait(narrow), *map(self._wide.wait, wide))
        if wait:
            self._refused("login_locked", request)
            return self._page(request, language, following, name, "login_locked", 429, wait)
        if self._checks.statistics().tasks_waiting >= _CHECKS_WAITING:
            return self._page(request, language, following, name, "login_busy", 503)
        # Counted before it is checked: tries that come at the same moment count as well.
        self._narrow.failed(narrow)
        user = await anyio.to_thread.run_sync(self._users.check, name, sent.get("password", ""), limiter=self._checks)
        if user is None:
            for key in wide:
                self._wide.failed(key)
            self._refused("login_failed", request)
            return self._page(request, language, following, name, "login_failed", 403)
        self._narrow.passed(narrow)
        admit(request.scope, self.kind, user, self._users.mark(user.name))
        return RedirectResponse(safe_next(following, request.scope), 303)

    def _refused(self, reason: str, request: Request) -> None:
        self._refusals.count(reason)
        note("login", status="refused", reason=reason, client=client_mark(request.scope))

    def _page(
        self,
        request: Request,
        language: str,
        following: str | None,
        name: str = "",
        problem: str | None = None,
        status: int = 200,
        wait: int = 0,
    ) -> Response:
        chosen = language if language in LANGUAGES else language_of(request.scope, self._refusals.language)
        token = request.session.setdefault("form", secrets.token_urlsafe(24))
        words = text(problem, chosen, minutes=-(-wait // 60)) if problem else None
        action = f"{root_of(request.scope)}{LOGIN}"
        page = login_page(chosen, action, token, safe_next(following, request.scope), name, words, status)
        if wait:
            page.headers["Retry-After"] = str(wait)
        return page


def admit(scope: Scope, door: str, user: User, mark: str | None = None) -> None:
    """Begin the session of somebody who has shown who they are."""
    fresh_session(scope, id=secrets.token_urlsafe(16), door=door, name=user.name, role=user.role, mark=mark)
    note("login", status="ok")


def logout_routes(door: Door, ended: Ended, language: str) -> list[Route]:
    """The pages for logging out."""

    async def ask(request: Request) -> Response:
        user, root = user_of(request.scope), root_of(request.scope)
        if user is None:
            return RedirectResponse(f"{root}/", 303)
        return logout_page(language_of(request.scope, language), user.name, f"{root}{LOGOUT}", f"{root}/")

    async def end(request: Request) -> Response:
        if "id" in request.session:
            ended.add(request.session["id"])
            note("logout")
        request.session.clear()
        return logged_out_page(language_of(request.scope, language), f"{root_of(request.scope)}{LOGIN}", door.leave())

    return [Route(LOGOUT, ask, methods=["GET"]), Route(LOGOUT, end, methods=["POST"])]


def _to_login(scope: Scope) -> str:
    root, path = root_of(scope), str(scope["path"])
    if root and not path.startswith(f"{root}/"):
        path = root + path
    query = scope.get("query_string", b"").decode("latin-1")
    wanted = quote(path) + (f"?{query}" if query else "")
    return f"{root}{LOGIN}?next={quote(wanted, safe='')}"


def _fields(body: bytes) -> dict[str, str]:
    """The fields of a form, the last of each name; none when it is no form."""
    try:
        parsed = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[-1] for name, values in parsed.items()}
