"""The page while a model writes: sentences as they come, who wrote them, and a button that stops."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Page, expect, sync_playwright

from assistant.feedback import FeedbackStore
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.ui.actions import Chat
from assistant.ui.app import create_app
from assistant.ui.live import Live

QUESTION = "Wat registreert Veilig Thuis nu niet?"
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def live(asking: Callable[..., Assistant], tmp_path: Path) -> Live:
    return Live(Chat(asking(), "nl", FeedbackStore(tmp_path / "feedback.sqlite")), 2)


def test_the_page_grows_sentence_by_sentence(live: Live) -> None:
    shown = list(live.ask(QUESTION, [], [], "a"))
    *drafts, last = shown
    texts = [each.messages[-1]["content"] for each in drafts]
    assert len(drafts) > 2 and all(each.unfinished and each.turns == [] for each in drafts)
    assert all("wordt geschreven" in text for text in texts) and "[1" not in texts[0] and "\\[1\\]" in texts[1]
    assert not last.unfinished and "Geschreven door scripted" in last.messages[-1]["content"] and len(last.turns) == 1
    assert json.loads(drafts[0].signal)["busy"] and "busy" not in json.loads(last.signal)


def test_stop_brings_the_literal_answer(live: Live, scripted: Any) -> None:
    scripted.behaviour, scripted.delay = "endless", 0.01
    shown = []
    for each in live.ask(QUESTION, [], [], "a"):
        live.stop("a")
        shown.append(each)
    last = shown[-1]
    assert not last.unfinished and "scripted gaf geen bruikbaar antwoord" in last.messages[-1]["content"]


def test_whoever_leaves_ends_the_writing(live: Live, scripted: Any) -> None:
    scripted.behaviour, scripted.delay = "endless", 0.01
    watching = iter(live.ask(QUESTION, [], [], "a"))
    next(watching)
    while not scripted.record.falsified:
        time.sleep(0.01)
    watching.close()  # type: ignore[attr-defined]
    until = time.monotonic() + 5
    while not scripted.record.closed and time.monotonic() < until:
        time.sleep(0.05)
    assert scripted.record.closed == 1


@pytest.fixture
def page(asking: Callable[..., Assistant], settings: Settings, scripted: Any) -> Iterator[Page]:
    assert CHROMIUM.exists(), "Chromium is missing: apt-get install -y chromium"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = create_app(asking(), settings.model_copy(update={"model_url": scripted.address}))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}")
        expect(page.get_by_label("Uw vraag")).to_be_visible(timeout=20_000)
        yield page
        browser.close()
    server.should_exit = True
    thread.join(10)


def test_in_a_browser(page: Page, scripted: Any) -> None:
    expect(page.locator("#notice")).to_contain_text("Een taalmodel (scripted) schrijft")
    scripted.delay = 0.03
    chat, stop = page.locator("#chat"), page.get_by_role("button", name="Stop", exact=True)
    page.get_by_label("Uw vraag").fill(QUESTION)
    page.get_by_role("button", name="Stel de vraag").click()
    expect(stop).to_be_visible()
    expect(chat).to_contain_text("wordt geschreven")
    expect(page.locator('#chat [role="log"]')).to_have_attribute("aria-busy", "true")
    expect(chat).to_contain_text("Geschreven door scripted, elke zin gecontroleerd", timeout=15_000)
    expect(page.locator('#chat [role="log"]')).to_have_attribute("aria-busy", "false")
    expect(stop).to_be_hidden()
    chat.get_by_role("link", name="[1]").first.click()
    expect(page.locator("mark#bewijs-1-1")).to_be_focused()
    scripted.behaviour = "endless"
    page.get_by_label("Uw vraag").fill("Wat is gender?")
    page.get_by_role("button", name="Stel de vraag").click()
    stop.click()
    expect(chat).to_contain_text("scripted gaf geen bruikbaar antwoord")
    page.goto(page.url.rstrip("/") + "/privacy")
    expect(page.locator("body")).to_contain_text("naar het taalmodel scripted op 127.0.0.1")
