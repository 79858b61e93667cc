"""A real server with the maintainer's pages, and a real browser; one a module: Playwright keeps an event loop in its thread."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from assistant.service import Assistant
from assistant.settings import Settings
from assistant.ui.app import create_app

CHROMIUM = Path("/usr/bin/chromium")
Running = Callable[[Assistant, Settings], "Iterator[str]"]


@contextmanager
def _running(assistant: Assistant, settings: Settings) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(create_app(assistant, settings, alone=True), port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/maintain"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def serving() -> Callable[[Assistant, Settings], object]:
    """Serves the pages for this machine for as long as a ``with`` lasts; gives their address."""
    return _running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM.exists(), "Chromium is missing: apt-get install -y chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
