"""The web server: a page that says that it loads stands there at once, the chat as soon as it is ready."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.render import text
from corpus.errors import StoreError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from assistant.settings import Settings

GRACE = 10
"""Seconds that running questions get when the server is stopped."""
_REFRESH = 1
"""Seconds after which the loading page asks again."""


def require_free_port(host: str, port: int) -> None:
    """Raise StoreError, naming another port, when the address cannot be bound."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            other = port + 1 if 0 < port < 65535 else 7861
            reason = getattr(error, "strerror", None) or error
            raise StoreError("port-taken", port=port, host=host, reason=reason, other=other) from error


class Opening:
    """Answers with a loading page until the application is there.

    Args:
        make: makes the application; what it raises is kept in ``failed``.
        language: of the loading page.
        ended: called when making has ended, well or not.
    """

    def __init__(self, make: Callable[[], ASGIApp], language: str, ended: Callable[[Opening], None]) -> None:
        self.failed: BaseException | None = None
        self._app: ASGIApp | None = None
        self._make, self._language, self._ended = make, language, ended

    def begin(self) -> None:
        """Start making the application, beside the server."""
        threading.Thread(target=self._open, name="opening", daemon=True).start()

    def _open(self) -> None:
        try:
            self._app = self._make()
        except BaseException as error:  # noqa: BLE001 - it is raised again where the server was started
            self.failed = error
        self._ended(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is not None:
            await self._app(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            await self._say_loading(scope, receive, send)

    async def _say_loading(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.responses import HTMLResponse, JSONResponse, Response

        response: Response
        if scope["path"].endswith("/healthz"):
            response = JSONResponse({"status": "ok"})
        elif scope["path"].endswith("/readyz"):
            response = JSONResponse({"status": "loading"}, status_code=503)
        else:
            said = text("page_loading", self._language)
            head = f'<meta charset="utf-8"><meta http-equiv="refresh" content="{_REFRESH}"><title>Wegwijzer</title>'
            page = f'<!doctype html><html lang="{self._language}">{head}<p role="status">{said}</p></html>'
            response = HTMLResponse(page, status_code=503 if scope["path"] not in ("", "/") else 200)
            response.headers.update({"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'"})
        await response(scope, receive, send)


def run_server(settings: Settings, host: str, port: int) -> None:
    """Serve until interrupted.

    Raises:
        StoreError: there is no usable index; the server has been stopped then.
    """
    import uvicorn

    def make() -> ASGIApp:
        from assistant.service import Assistant

        assistant = Assistant(settings)
        assistant.warm()
        from assistant.ui.app import create_app

        return create_app(assistant, settings)

    def ended(opening: Opening) -> None:
        if opening.failed:
            server.should_exit = True
        else:
            print(text("serving", host=host, port=port), flush=True)

    opening = Opening(make, settings.language, ended)
    config = uvicorn.Config(opening, host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE)
    server = uvicorn.Server(config)
    opening.begin()
    server.run()
    if opening.failed:
        raise opening.failed


async def _lifespan(receive: Receive, send: Send) -> None:
    """What a server asks at its start and end, when there is nothing to start or end yet."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
