"""The web server: a page that says that it loads stands there at once, the chat as soon as it is ready."""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from assistant.render import text
from corpus.errors import StoreError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import Receive, Scope, Send

    from assistant.settings import Settings

LOOPBACK = "127.0.0.1"
_NONCE = secrets.token_urlsafe(16)
_WAIT = """
const later = () => setTimeout(look, 300);
const look = () => fetch("readyz").then((said) => said.status === 503 ? later() : location.reload(), later);
look();
"""
"""Opens the page when it is there. A page that reloads itself would start a screen reader anew each second."""


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

    def __init__(self, make: Callable[[], FastAPI], language: str, ended: Callable[[Opening], None]) -> None:
        self.failed: BaseException | None = None
        self._app: FastAPI | None = None
        self._life = AsyncExitStack()
        self._make, self._language, self._ended = make, language, ended

    def _open(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            app = self._make()
            # What the application does at its start, such as Gradio's queue, belongs to the server's own loop.
            starting = self._life.enter_async_context(app.router.lifespan_context(app))
            asyncio.run_coroutine_threadsafe(starting, loop).result()
            self._app = app
        except BaseException as error:  # noqa: BLE001 - it is raised again where the server was started
            self.failed = error
        self._ended(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._say_loading(scope, send, receive)

    async def _live(self, receive: Receive, send: Send) -> None:
        """The server's life: the application is made beside it, and ended with it."""
        await receive()
        threading.Thread(target=self._open, args=[asyncio.get_running_loop()], name="opening", daemon=True).start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._life.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    async def _say_loading(self, scope: Scope, send: Send, receive: Receive) -> None:
        from starlette.responses import HTMLResponse, JSONResponse, Response

        response: Response
        if scope["path"].endswith("/healthz"):
            response = JSONResponse({"status": "ok"})
        elif scope["path"].endswith("/readyz"):
            response = JSONResponse({"status": "loading"}, status_code=503)
        else:
            response = HTMLResponse(loading_page(self._language))
            response.status_code = 200 if scope["path"] in ("", "/", f"{scope.get('root_path', '')}/") else 503
            allowed = f"default-src 'none'; connect-src 'self'; script-src 'nonce-{_NONCE}'"
            response.headers.update({"Cache-Control": "no-store", "Content-Security-Policy": allowed})
        await response(scope, receive, send)


def loading_page(language: str) -> str:
    """HTML that says that the chat loads and opens it as soon as it is ready."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    head += '<meta name="color-scheme" content="light dark"><title>Wegwijzer</title>'
    body = f'<main><h1>Wegwijzer</h1><p role="status">{text("page_loading", language)}</p></main>'
    body += f'<script nonce="{_NONCE}">{_WAIT}</script>'
    return f'<!doctype html><html lang="{language}"><head>{head}</head><body>{body}</body></html>'


def without_login(settings: Settings, host: str) -> Settings:
    """The settings of a server for the maintainer of this machine, who needs no login because nobody else can reach it.

    Raises:
        StoreError: the address can be reached by others.
    """
    if host != LOOPBACK:
        raise StoreError("maintainer-host", host=host, own=LOOPBACK)
    off = {"users_file": None, "oidc_issuer": None, "oidc_client_id": None, "oidc_client_secret_file": None}
    return settings.model_copy(update={**off, "trusted_proxies": "", "root_path": ""})


def run_server(settings: Settings, host: str, port: int, *, maintainer: bool = False) -> None:
    """Serve until interrupted.

    Args:
        maintainer: with the maintainer's pages, for this machine only.

    Raises:
        StoreError: there is no usable index; the server has been stopped then. Or ``maintainer`` with an address for others.
    """
    settings = without_login(settings, host) if maintainer else settings
    import uvicorn

    from assistant.web.logs import configure_logs
    from assistant.web.setup import server_options

    def make() -> FastAPI:
        from assistant.service import Assistant

        assistant = Assistant(settings, follow=True)
        assistant.warm()
        from assistant.ui.app import create_app

        return create_app(assistant, settings, alone=maintainer)

    def ended(opening: Opening) -> None:
        if opening.failed:
            server.should_exit = True
        else:
            print(text("serving", host=host, port=port), flush=True)

    opening = Opening(make, settings.language, ended)
    configure_logs(settings.log_level)
    config = uvicorn.Config(opening, host=host, port=port, **server_options(settings))
    server = uvicorn.Server(config)
    server.run()
    if opening.failed:
        raise opening.failed
