"""The real page in a real browser: ask, read, click a marker, see the quote; nothing leaves the machine."""

from __future__ import annotations

import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant.service import Assistant
from assistant.settings import Settings
from assistant.ui.app import create_app

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def address(assistant: Assistant, settings: Settings) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(assistant, settings), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM.exists(), "Chromium is missing: apt-get install -y chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def requests() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, address: str, requests: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    expect(page.get_by_label("Uw vraag")).to_be_visible(timeout=20_000)
    yield page
    context.close()


def ask(page: Page, question: str) -> None:
    page.get_by_label("Uw vraag").fill(question)
    page.get_by_role("button", name="Stel de vraag").click()


def test_asking_reading_and_clicking_a_marker(page: Page, address: str, requests: list[str]) -> None:
    ask(page, "Wat registreert Veilig Thuis nu niet?")
    chat = page.locator("#chat")
    expect(chat).to_contain_text(
        "Op dit moment registreert Veilig Thuis ‘betrokkenen’, geen plegers of slachtoffers. (stand 2021)"
    )
    chat.get_by_role("link", name="[1]").first.click()
    entry = page.locator("#bewijs-1-1")
    expect(entry).to_contain_text("Actiepunt 2 – Verzamel genderspecifieke data (p. 9, 2021)")
    expect(entry.locator("mark")).to_contain_text("Op dit moment registreert Veilig Thuis")
    expect(entry.locator("mark")).to_be_in_viewport()
    expect(entry).to_be_focused()
    assert len(entry.locator(".evidence-text").inner_text()) > 2500  # the whole unit around the quote
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("document.documentElement.lang") == "nl"
    assert requests and all(url.startswith((address, "data:", "blob:")) for url in requests)


def test_footnotes_lead_to_their_sources(page: Page) -> None:
    ask(page, "Zijn vrouwen tevreden over de afhandeling van hun melding? Zie actiepunt 5")
    note = page.locator("#bewijs-1-1 .evidence-note")
    expect(note).to_contain_text("Majone Steketee")
    link = note.get_by_role("link")
    assert str(link.get_attribute("href")).startswith("https://www.verwey-jonker.nl/")
    assert link.get_attribute("target") == "_blank" and "noopener" in str(link.get_attribute("rel"))


def test_two_turns_keep_their_evidence_apart(page: Page) -> None:
    ask(page, "Welke bron hoort bij voetnoot 7?")
    expect(page.locator("#bewijs-1-1")).to_be_visible()
    ask(page, "Wat staat er in de checklist over evaluatie?")
    expect(page.locator("#bewijs-2-1")).to_contain_text("Checklist, Evaluatie 1")
    page.locator("#chat").get_by_role("link", name="[1]").first.click()
    expect(page.locator("#bewijs-1-1")).to_be_focused()


def test_a_starter_question_is_answered(page: Page) -> None:
    page.get_by_role("button", name="Welke rollen heeft de gemeente bij hulpverlening?").click()
    expect(page.locator(".evidence-entry").first).to_contain_text("Actiepunt 6")


def test_enter_asks(page: Page) -> None:
    page.get_by_label("Uw vraag").fill("Wat is gender?")
    page.get_by_label("Uw vraag").press("Enter")
    expect(page.locator("#bewijs-1-1")).to_be_visible()
    expect(page.get_by_label("Uw vraag")).to_have_value("")


def test_an_empty_question_gets_a_message(page: Page) -> None:
    ask(page, "   ")
    expect(page.locator("#chat")).to_contain_text("De vraag is leeg.")


def test_markup_in_a_question_stays_text(page: Page, requests: list[str]) -> None:
    attack = 'hallo <img src="https://example.org/x.png" onerror="document.title=1"> ![x](https://example.org/y.png) **vet**'
    ask(page, attack)
    expect(page.locator("#chat")).to_contain_text("![x](https://example.org/y.png) **vet**")
    assert page.locator("#chat img[src*='example.org']").count() == 0
    assert page.title() == "Wegwijzer"
    assert not any("example.org" in url for url in requests)


def test_it_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    ask(page, "Wat is gender?")
    expect(page.locator(".evidence-entry").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    "path", ["/gradio_api/upload", "/gradio_api/proxy=http://example.org", "/monitoring/summary", "/gradio_api/file=/etc/passwd"]
)
def test_doors_that_stay_closed(address: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(address + path)
    assert error.value.code == 404


def test_headers(address: str) -> None:
    with urllib.request.urlopen(address) as response:
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    with urllib.request.urlopen(address + "/healthz") as response:
        assert response.read() == b'{"status":"ok"}'
