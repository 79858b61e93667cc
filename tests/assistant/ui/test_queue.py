"""When it is busy, everybody sees their place in the queue, in the language of the page."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from assistant.service import Assistant
from assistant.settings import Settings
from assistant.ui import app, page

QUESTION = "Waarom melden vrouwen geweld niet snel?"


@pytest.fixture(scope="module")
def turn() -> threading.Event:
    """Set when the questions that wait may be answered."""
    return threading.Event()


@pytest.fixture(scope="module")
def assistant(settings: Settings, turn: threading.Event) -> Any:
    """An assistant that answers only when it may."""

    class Held(Assistant):
        def ask(self, *arguments: Any, **more: Any) -> Any:
            turn.wait(60)
            return super().ask(*arguments, **more)

    with pytest.MonkeyPatch.context() as patch:
        for module in (app, page):
            patch.setattr(module, "CONCURRENCY", 1)
        held = Held(settings)
        yield held
        held.close()


@pytest.mark.parametrize(("path", "told"), [("/", "U bent nummer 2 van 2 in de rij"), ("/en/", "You are number 2 of 2")])
def test_the_place_in_the_queue(browser: Browser, address: str, turn: threading.Event, path: str, told: str) -> None:
    turn.clear()
    tabs = [browser.new_page(viewport={"width": 390, "height": 800}) for _ in range(3)]
    for tab in tabs:
        tab.goto(address + path)
        tab.locator("#question textarea").fill(QUESTION)
    for number, tab in enumerate(tabs):
        tab.keyboard.press("Enter")
        expect(tab.locator(".progress-text").first).to_be_attached(timeout=15_000)
        if number:
            expect(tab.locator("#place")).to_contain_text(f"{number}", timeout=15_000)
    expect(tabs[2].locator("#place")).to_contain_text(told)
    expect(tabs[2].locator(".progress-text").first).to_be_hidden()
    turn.set()
    for tab in tabs:
        expect(tab.locator("#chat [data-testid=bot]").last).to_contain_text("[1]", timeout=15_000)
        expect(tab.locator("#place")).to_be_hidden()
        tab.close()
