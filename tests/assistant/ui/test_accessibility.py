"""axe-core (WCAG 2.0–2.2, A and AA) finds nothing on any view and state; everything can be done by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

OPTIONS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
QUESTIONS = {
    "nl": (
        "Uw vraag",
        "Stel de vraag",
        ("Wat registreert Veilig Thuis nu niet?", "Wat kost een opvangplek?", "ik ben bang voor mijn man"),
    ),
    "en": (
        "Your question",
        "Ask the question",
        ("What does Veilig Thuis not register?", "How do I bake a cake?", "my husband beats me"),
    ),
}
PLAIN = [
    "?unit=actiepunt-3", "?unit=voetnoot-7", "?unit=bestaat-niet", "?zoek=drempel", "?zoek=ik+ben+bang+voor+mijn+man",
    "privacy", "accessibility",
]  # fmt: skip


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


@pytest.fixture(params=["light", "dark"])
def themed(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=request.param, locale="de-DE")
    page = context.new_page()
    yield page
    context.close()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_conversation(themed: Page, address: str, language: str) -> None:
    label, send, questions = QUESTIONS[language]
    themed.goto(f"{address}/{'' if language == 'nl' else 'en/'}")
    expect(themed.get_by_label(label)).to_be_visible(timeout=20_000)
    assert violations(themed) == []
    for number, question in enumerate(questions, 1):
        themed.get_by_label(label).fill(question)
        themed.get_by_role("button", name=send).click()
        expect(themed.locator("#chat [data-testid=bot]")).to_have_count(number)
        themed.wait_for_timeout(600)
        assert violations(themed) == []
    assert themed.evaluate("document.documentElement.lang") == language


@pytest.mark.parametrize("path", [*PLAIN, *(f"en/{each}" for each in PLAIN)])
def test_the_pages_to_read(themed: Page, address: str, path: str) -> None:
    themed.goto(f"{address}/{path}")
    assert violations(themed) == []
    themed.set_viewport_size({"width": 320, "height": 256})
    assert themed.evaluate("document.documentElement.scrollWidth") <= 320


def test_all_by_keyboard(page: Page) -> None:
    """From the top of the page to an answer, its evidence and a copied citation, with Tab, Enter and nothing else."""
    page.keyboard.press("Tab")
    for _ in range(40):
        if page.evaluate("document.activeElement.closest('#question') !== null"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type("Welke bron hoort bij voetnoot 7?")
    page.keyboard.press("Enter")
    expect(page.locator("#bewijs-1-1")).to_be_visible()
    expect(page.locator("#voice")).to_contain_text("Het antwoord staat er")
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('a[href*=\"#bewijs\"]')"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#bewijs-1-1")).to_be_focused()
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('button.copy')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#voice")).to_have_text("Gekopieerd")
