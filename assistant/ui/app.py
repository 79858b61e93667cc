"""The web application: Gradio's page mounted on FastAPI, with the headers and closed doors that Gradio lacks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import gradio as gr
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from assistant.ui.page import build_page
from assistant.ui.texts import asset

if TYPE_CHECKING:
    from assistant.service import Assistant
    from assistant.settings import Settings

# Routes that Gradio opens and this page never uses: uploads, a proxy, links that keep a state, visitors' statistics.
_CLOSED: tuple[str, ...] = (
    "/gradio_api/upload",
    "/upload",
    "/gradio_api/proxy=",
    "/proxy=",
    "/gradio_api/deep_link",
    "/deep_link",
    "/monitoring",
    "/gradio_api/monitoring",
    "/gradio_api/file=",
    "/file=",
)


def create_app(assistant: Assistant, settings: Settings) -> FastAPI:
    """The application that ``wegwijzer serve`` runs."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.url.path.startswith(_CLOSED):
            return JSONResponse({"detail": "closed"}, status_code=404)
        response = await call_next(request)
        response.headers.update(_headers(settings))
        return response

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    page = build_page(assistant, settings)
    page.queue(max_size=200, default_concurrency_limit=16)
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        max_file_size="1kb",
        ssr_mode=False,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        css=asset("style.css"),
        head=f"<script>{asset('page.js')}</script>".replace("{language}", settings.language),
    )
    return mounted


def _headers(settings: Settings) -> dict[str, str]:
    policy = (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        f"font-src 'self' data:; connect-src 'self'; frame-ancestors {settings.frame_ancestors}; base-uri 'self'; "
        "form-action 'self'; object-src 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
