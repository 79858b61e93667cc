"""Who may see the maintainer's pages, and whether a form came from them. To everybody else the pages do not exist."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.web.login import user_of
from assistant.web.routes import header, inner_path

PATH = "/maintain"
_OURS = re.compile(rf"(?:/[a-z]{{2}})?{PATH}(?:/|$)")
_OWN_NAMES = ("127.0.0.1", "localhost")
# A proxy on this machine would make every visitor look like somebody who sits at it.
_PASSED_ON = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via")


@dataclass(frozen=True)
class Door:
    """Lets maintainers in.

    Attributes:
        alone: whether only this machine can reach the server, so that whoever does is the maintainer; else the role counts.
        public_url: the address for visitors, when a proxy hides it; None: the ``Host`` header says it.
    """

    alone: bool = False
    public_url: str | None = None
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def lets_in(self, scope: Scope) -> bool:
        """Whether this request is a maintainer's."""
        if not self.alone:
            user = user_of(scope)
            return bool(user and user.is_maintainer)
        # Another name means that a page elsewhere had its own name point at this machine.
        known = _name(header(scope, b"host")) in _OWN_NAMES
        return known and not any(header(scope, name) for name in _PASSED_ON)

    def token(self, scope: Scope) -> str:
        """What a form carries to show that it came from a page of this session."""
        session = "" if self.alone else str(scope["session"].get("id", ""))
        return hmac.new(self._secret, session.encode(), "sha256").hexdigest()

    def knows(self, scope: Scope, token: str) -> bool:
        """Whether a form was sent from a page of this session."""
        return hmac.compare_digest(token.encode(), self.token(scope).encode())

    def is_from_here(self, scope: Scope) -> bool:
        """Whether the browser says that a page of this server sent the request; true where it says nothing."""
        if site := header(scope, b"sec-fetch-site"):
            return site == "same-origin"
        origin = header(scope, b"origin")
        if origin in ("", "null"):  # our pages ask browsers not to tell where one comes from
            return True
        here = {header(scope, b"host"), urlsplit(self.public_url or "").netloc}
        return urlsplit(origin).netloc in here


class MaintainersOnly:
    """Gives a maintainer's requests for these pages to them, and everything else to the application."""

    def __init__(self, app: ASGIApp, pages: ASGIApp, door: Door) -> None:
        self._app, self._pages, self._door = app, pages, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] == "http" and _OURS.match(inner_path(scope)) and self._door.lets_in(scope)
        await (self._pages if ours else self._app)(scope, receive, send)


def is_upload(scope: Scope) -> bool:
    """Whether a request brings a file: it is streamed, with a limit of its own, after the door has been passed."""
    return scope["method"] == "POST" and bool(re.fullmatch(rf"(?:/[a-z]{{2}})?{PATH}/upload", inner_path(scope)))


def _name(host: str) -> str:
    """A ``Host`` header without its port."""
    return host.rpartition(":")[0] if re.search(r":\d+$", host) else host
