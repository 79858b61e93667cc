"""The web application: the pages of both languages, the guidance to read, and the doors that Gradio leaves open closed."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import gradio as gr
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.answer import Answer
from assistant.feedback import FeedbackStore
from assistant.ui.actions import Chat
from assistant.ui.doors import ClosedDoors, SecurityHeaders
from assistant.ui.guidance import search_page, unit_page
from assistant.ui.page import CONCURRENCY, build_page
from assistant.ui.statement import STATEMENTS, statement_page
from assistant.ui.texts import LANGUAGES, asset, texts

if TYPE_CHECKING:
    from assistant.service import Assistant
    from assistant.settings import Settings

_QUEUE = 200
"""Questions that may wait; what comes on top is told to try again."""


def create_app(assistant: Assistant, settings: Settings, count: Callable[[Answer], None] = lambda _: None) -> FastAPI:
    """The application that ``wegwijzer serve`` runs.

    Args:
        count: told about every answer.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    feedback = FeedbackStore(settings.data.feedback)
    default = settings.language

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    def readyz() -> dict[str, str]:
        return {"status": "ready", "index": assistant.index.name}

    for language in LANGUAGES:
        base = _base(language, default)
        for name in STATEMENTS:
            app.add_api_route(f"{base}{name}", partial(_statement, name, language), methods=["GET"], response_class=HTMLResponse)
    # The longer path first: what is mounted at / would hide it.
    for language in sorted(LANGUAGES, key=lambda each: -len(_base(each, default))):
        chat = Chat(assistant, language, feedback, count)
        app = _mount(app, chat, settings, _base(language, default))
    app.add_middleware(ReadingRoom, assistant=assistant, default=default)
    app.add_middleware(ClosedDoors)
    app.add_middleware(SecurityHeaders, frame_ancestors=settings.frame_ancestors)
    return app


def _base(language: str, default: str) -> str:
    """The path of a language's page: / for the one that is set, else its own."""
    return "/" if language == default else f"/{language}/"


def _statement(name: str, language: str) -> HTMLResponse:
    return HTMLResponse(statement_page(name, language))


def _mount(app: FastAPI, chat: Chat, settings: Settings, path: str) -> FastAPI:
    page = build_page(chat, settings)
    page.queue(max_size=_QUEUE, default_concurrency_limit=CONCURRENCY)
    script = asset("page.js").replace("{words}", json.dumps(texts(chat.language), ensure_ascii=False).replace("</", "<\\/"))
    script = script.replace("{language}", chat.language).replace("{exit}", settings.exit_url)
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        page,
        path=path.rstrip("/") or "/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        max_file_size="1kb",
        ssr_mode=False,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        css=asset("style.css"),
        head=f"<script>{script}</script>",
    )
    return mounted


class ReadingRoom:
    """Answers ``/?unit=…`` and ``/?zoek=…`` with pages of the guidance; everything else goes on."""

    def __init__(self, app: ASGIApp, assistant: Assistant, default: str) -> None:
        self._app, self._assistant = app, assistant
        self._languages = {_base(language, default): language for language in LANGUAGES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        language = self._languages.get(_path(scope)) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        request = Request(scope) if language else None
        if language is None or request is None or not {"unit", "zoek"} & set(request.query_params):
            await self._app(scope, receive, send)
            return
        response: Response
        if "zoek" in request.query_params:
            response = HTMLResponse(search_page(request.query_params["zoek"], self._assistant, language))
        else:
            html, status = unit_page(request.query_params["unit"], self._assistant, language)
            response = HTMLResponse(html, status)
        await response(scope, receive, send)


def _path(scope: Scope) -> str:
    """The path below the address under which a proxy serves the application."""
    root = str(scope.get("root_path", "")).rstrip("/")
    path = str(scope["path"])
    return path.removeprefix(root) or "/" if root and path.startswith(root) else path
