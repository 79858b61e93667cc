"""The page that stands there while the chat loads: accessible, and gone by itself when the chat is ready."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, expect

from assistant.serve import Opening


@pytest.fixture(params=["", "en/"])
def opening(request: pytest.FixtureRequest) -> Iterator[tuple[str, threading.Event]]:
    """Address of a page of a server whose application is made as soon as the event is set."""
    ready = threading.Event()

    def make() -> FastAPI:
        ready.wait(30)
        app = FastAPI()
        app.add_api_route(f"/{request.param}", lambda: HTMLResponse("<h1>chat</h1>"))
        app.add_api_route("/readyz", lambda: {"status": "ready"})
        return app

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(Opening(make, "nl", lambda _: None), port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}/{request.param}", ready
    server.should_exit = True
    thread.join(10)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_opens_the_chat_by_itself(browser: Browser, opening: tuple[str, threading.Event], theme: str) -> None:
    address, ready = opening
    context = browser.new_context(color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    expect(page.get_by_role("status")).to_have_text("Wegwijzer wordt geladen. Deze pagina opent vanzelf.")
    assert [each["id"] for each in Axe().run(page).response["violations"]] == []
    ready.set()
    expect(page.get_by_role("heading", name="chat")).to_be_visible(timeout=5_000)
    assert errors == []
    context.close()
