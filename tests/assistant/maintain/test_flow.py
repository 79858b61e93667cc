"""A maintainer adds a publication, sees what it changes, publishes it and goes back, while the chat goes on answering."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.service import Assistant
from assistant.settings import Settings
from corpus.publication import Publication
from index.build import Builder
from index.history import read_history

Serving = Callable[[Assistant, Settings], AbstractContextManager[str]]
PLAN = """# Plan tegen wateroverlast

De gemeente Waterdam maakt elk jaar een plan tegen wateroverlast. Het plan noemt de straten die bij hevige regen onderlopen.

## Rioolbeheer

De rioolbeheerder controleert elke put vóór de herfst. Verstopte putten worden binnen drie dagen schoongemaakt.

## Groene daken

Inwoners krijgen een vergoeding voor een groen dak. De vergoeding is 25 euro per vierkante meter.
"""
QUESTION = "Wanneer controleert de rioolbeheerder de putten?"


def ended(page: Page, heading: str, seconds: float) -> None:
    box = page.locator("#job:not([data-state])")
    expect(box).to_be_visible(timeout=seconds * 1000)
    expect(box.get_by_role("heading")).to_have_text(heading)
    expect(box).to_be_focused()


def add(page: Page, address: str, file: Path) -> None:
    page.goto(address)
    page.get_by_label("Bestand").set_input_files(file)
    page.get_by_label("Id: korte naam voor in vindplaatsen").fill("plan-2025")
    page.get_by_label("Titel", exact=True).fill("Plan tegen wateroverlast")
    page.get_by_label("Uitgever").fill("Gemeente Waterdam")
    page.get_by_label("Jaar van uitgave").fill("2025")
    page.get_by_role("button", name="Lees de publicatie").click()
    ended(page, "Klaar: publicatie lezen", 60)
    page.get_by_role("link", name="Lees het verslag").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Verslag van plan-2025")
    expect(page.locator("main")).to_contain_text("plan.md")


def build(page: Page, address: str, assistant: Assistant) -> list[float]:
    """Build a version; gives the seconds that questions took meanwhile."""
    page.goto(address)
    page.get_by_role("button", name="Bouw een versie").click()
    waits = []
    while page.locator("#job[data-state]").count():
        begun = time.perf_counter()
        assistant.ask(f"Wat registreert Veilig Thuis nu niet in week {len(waits)}?")
        waits.append(time.perf_counter() - begun)
        page.wait_for_timeout(300)
    ended(page, "Klaar: index bouwen", 240)
    return waits


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_add_compare_publish_and_go_back(browser: Browser, serving: Serving, tmp_path: Path, publication: Publication) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    first = Builder(settings.data, settings.embedding_model).build([publication]).version
    (tmp_path / "plan.md").write_text(PLAN, encoding="utf-8")
    assistant = Assistant(settings, follow=True)
    assistant.warm()
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    with serving(assistant, settings) as address:
        add(page, address, tmp_path / "plan.md")
        assert settings.data.ids() == [first]
        waits = build(page, address, assistant)
        assert statistics.median(waits) < 1 and settings.data.live() == first
        second = next(version for version in settings.data.ids() if version != first)
        page.get_by_role("link", name="Verschillen met live").click()
        expect(page.get_by_text("3 onderdelen erbij, 0 weg, 0 gewijzigd")).to_be_visible()
        expect(page.locator("ins").filter(has_text="25 euro")).to_be_visible()
        page.goto(address)
        page.get_by_role("button", name="Antwoorden vergelijken").click()
        ended(page, "Klaar: antwoorden vergelijken", 600)
        page.get_by_role("link", name="Bekijk de vergelijking").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Antwoorden vergeleken")
        expect(page.get_by_role("row").filter(has_text="bank")).to_be_visible()
        publish(page, address, assistant, second)
        page.get_by_role("link", name="Verwijderen plan-2025").click()
        page.get_by_role("button", name="Verwijder plan-2025").click()
        expect(page.get_by_role("alert")).to_contain_text("staat in de live versie")
        page.goto(address)
        page.get_by_role("button", name=f"Ga terug naar {first}").click()
        expect(page.get_by_role("status").first).to_contain_text("is weer live")
        assert settings.data.live() == first
        assert [switch.action for switch in read_history(settings.data.history)] == ["promote", "promote", "rollback"]
    assistant.close()


def publish(page: Page, address: str, assistant: Assistant, version: str) -> None:
    """Make a version live; a gate that does not hold asks for a reason, which is kept."""
    page.goto(address)
    page.get_by_role("link", name="Live zetten").click()
    page.get_by_role("button", name="Meet en zet live").click()
    box = page.locator("#job:not([data-state])")
    expect(box).to_be_visible(timeout=600_000)
    if "Niet gelukt" in box.inner_text():
        box.get_by_role("link", name="geef dan een reden").click()
        expect(page.get_by_role("alert")).to_contain_text("slechter dan de ijklijn")
        page.get_by_label("Reden om haar toch live te zetten").fill("Proef met een reden")
        page.get_by_role("button", name="Meet en zet live").click()
        ended(page, "Klaar: meten en live zetten", 600)
        expect(page.locator("main")).to_contain_text("Proef met een reden")
    for _ in range(100):
        answer = assistant.ask(QUESTION)
        if answer.index_version == version:
            break
        time.sleep(0.1)
    answer = assistant.ask(QUESTION, publication="plan-2025")
    assert answer.index_version == version and answer.citations[0].locator == "plan-2025:rioolbeheer"


def test_the_command_refuses_another_address(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "assistant.cli", "serve", "--maintainer", "--host", "0.0.0.0"]
    environment = os.environ | {"WEGWIJZER_DATA_DIR": str(tmp_path)}
    failed = subprocess.run(call, check=False, capture_output=True, text=True, env=environment, timeout=60)
    assert failed.returncode == 1 and "alleen op 127.0.0.1" in failed.stderr and "Traceback" not in failed.stderr
