"""The web application: the pages of both languages, the guidance to read, and the doors that Gradio leaves open closed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import gradio as gr
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.answer import Answer
from assistant.feedback import FeedbackStore
from assistant.gaps import GapStore
from assistant.maintain.door import Door, MaintainersOnly, is_upload
from assistant.maintain.jobs import Desk
from assistant.maintain.keeping import GapKeeper, sweep_daily
from assistant.maintain.routes import Maintenance
from assistant.ui.actions import Chat
from assistant.ui.doors import ClosedDoors, SecurityHeaders
from assistant.ui.guidance import search_page, unit_page
from assistant.ui.page import CONCURRENCY, build_page, question_ids
from assistant.ui.statement import STATEMENTS, statement_page
from assistant.ui.texts import LANGUAGES, asset, texts
from assistant.web.logs import note
from assistant.web.metrics import Metrics
from assistant.web.setup import guard_from
from assistant.web.wiring import protect

if TYPE_CHECKING:
    from assistant.service import Assistant
    from assistant.settings import Settings

_QUEUE = 200
"""Questions that may wait; what comes on top is told to try again."""


def create_app(assistant: Assistant, settings: Settings, *, alone: bool = False) -> FastAPI:
    """The application that ``wegwijzer serve`` runs.

    Args:
        alone: whether only this machine can reach it, so that whoever does may use the maintainer's pages.

    Raises:
        StoreError: a file with users or a secret cannot be used.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    feedback = FeedbackStore(settings.data.feedback)
    pages: list[Any] = []
    metrics = Metrics(lambda: sum(len(page._queue) for page in pages), lambda: _described(assistant))
    _add_health(app, assistant)
    default = settings.language
    # The host alone: an address may hold more than visitors should see.
    model = assistant.model, urlsplit(settings.model_url).hostname if settings.model_url else None
    for language in LANGUAGES:
        base = _base(language, default)
        for name in STATEMENTS:
            shown = partial(_statement, name, language, model, settings.question_gaps)
            app.add_api_route(f"{base}{name}", shown, methods=["GET"], response_class=HTMLResponse)
    questions: set[int] = set()
    unanswered = _gap_keeper(assistant, settings)
    # The longer path first: what is mounted at / would hide it.
    for language in sorted(LANGUAGES, key=lambda each: -len(_base(each, default))):
        chat = Chat(assistant, language, feedback, partial(_count, metrics), unanswered)
        page = build_page(chat, settings)
        pages.append(page)
        questions |= question_ids(page)
        app = _mount(app, page, chat.language, settings, _base(language, default))
    app.add_middleware(ReadingRoom, assistant=assistant, default=default)
    app.add_middleware(ClosedDoors)
    guard = guard_from(settings, metrics, questions)
    if alone or guard.access:
        door = Door(alone, settings.public_url)
        maintenance = Maintenance(assistant, settings, door, Desk(settings))
        app.add_middleware(MaintainersOnly, pages=maintenance.application(), door=door)
        guard = replace(guard, streamed=is_upload)
    protect(app, guard)
    # Outermost, so that login pages and refusals carry the headers as well.
    app.add_middleware(SecurityHeaders, frame_ancestors=settings.frame_ancestors)
    return app


def _gap_keeper(assistant: Assistant, settings: Settings) -> Callable[[Answer, list[Answer]], None]:
    """What is told about new answers. What was kept while that was on is removed in time, also when it is off now."""
    store = GapStore(settings.data.gaps)
    if settings.question_gaps or settings.data.gaps.exists():
        sweep_daily(store)
    return GapKeeper(store, assistant) if settings.question_gaps else lambda _, __: None


def _add_health(app: FastAPI, assistant: Assistant) -> None:
    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    def readyz() -> dict[str, str]:
        return {"status": "ready", "index": assistant.index.name}


def _described(assistant: Assistant) -> dict[str, str]:
    return {"version": assistant.index.name, "model": str(assistant.index.manifest["model"])}


def _count(metrics: Metrics, answer: Answer) -> None:
    """Figures and a line in the log: never a word of the question."""
    milliseconds = answer.timing_ms["total"]
    metrics.answered(answer.status, answer.language, milliseconds / 1000)
    note(
        "answer",
        status=str(answer.status),
        language=answer.language,
        duration_ms=milliseconds,
        index_version=answer.index_version,
        answerer=answer.answerer if answer.trace else None,
        reason=answer.trace.failure if answer.trace else None,
        dropped=len(answer.trace.dropped) if answer.trace else None,
    )
    if answer.trace:
        shown = 0 if answer.trace.failure else answer.trace.sentences - len(answer.trace.dropped)
        metrics.modelled(answer.trace.failure or "written", shown, len(answer.trace.dropped))


def _base(language: str, default: str) -> str:
    """The path of a language's page: / for the one that is set, else its own."""
    return "/" if language == default else f"/{language}/"


def _statement(name: str, language: str, model: tuple[str | None, str | None], gaps: bool) -> HTMLResponse:
    return HTMLResponse(statement_page(name, language, *model, gaps=gaps))


def _mount(app: FastAPI, page: Any, language: str, settings: Settings, path: str) -> FastAPI:
    page.queue(max_size=_QUEUE, default_concurrency_limit=CONCURRENCY)
    script = asset("page.js").replace("{words}", json.dumps(texts(language), ensure_ascii=False).replace("</", "<\\/"))
    script = script.replace("{language}", language).replace("{exit}", settings.exit_url)
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
