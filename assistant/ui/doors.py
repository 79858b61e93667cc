"""Doors that Gradio opens and this page never uses stay closed, and every answer carries the headers that keep a browser safe."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Uploads, a proxy, links that keep a state, visitors' statistics, files.
_CLOSED = re.compile(
    r"/(?:gradio_api/)?(?:upload|proxy=|deep_link|monitoring|file[=/]|stream/|process_recording|mcp|info$|openapi\.json)"
)
_INNER = re.compile(r"^(?:/[a-z]{2})?(?P<rest>/.*)$")


class ClosedDoors:
    """404 for what is closed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and is_closed(str(scope["path"]).removeprefix(str(scope.get("root_path", "")).rstrip("/"))):
            await JSONResponse({"detail": "closed"}, status_code=404)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_closed(path: str) -> bool:
    """Whether a path is one of Gradio's that nobody needs, on the page of any language.

    >>> is_closed("/en/gradio_api/upload"), is_closed("/gradio_api/queue/join")
    (True, False)
    """
    inner = _INNER.match(path)
    return bool(_CLOSED.match(path) or (inner and _CLOSED.match(inner["rest"])))


class SecurityHeaders:
    """Content-Security-Policy and its kin on every answer.

    Args:
        frame_ancestors: which sites may show the page in a frame.
    """

    def __init__(self, app: ASGIApp, frame_ancestors: str) -> None:
        self._app = app
        policy = (
            "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; base-uri 'self'; "
            f"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors {frame_ancestors}; "
            "form-action 'self'; object-src 'none'"
        )
        self._headers = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)
