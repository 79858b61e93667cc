"""PDF: tagged, in its language, with embedded fonts and links that work; never reads a text as markup."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader

from assistant.export.document import Document, ExportError, document_of
from assistant.export.pdf import to_pdf
from assistant.service import Assistant
from corpus.errors import WegwijzerError


@dataclass(frozen=True)
class Tag:
    """An element of the structure tree with the names of those around it, outermost first."""

    path: tuple[str, ...]
    language: str
    title: str
    links: tuple[Any, ...]

    @property
    def name(self) -> str:
        return self.path[-1]


def opened(document: Document) -> PdfReader:
    return PdfReader(io.BytesIO(to_pdf(document)))


def tags(reader: PdfReader) -> list[Tag]:
    root = reader.trailer["/Root"]
    return list(_walk(root["/StructTreeRoot"]["/K"], (), str(root["/Lang"])))


def _walk(node: Any, path: tuple[str, ...], language: str) -> Iterator[Tag]:
    node = node.get_object()
    for child in node if isinstance(node, list) else [node]:
        element = child.get_object()
        if not isinstance(element, dict) or "/S" not in element:
            continue
        inside, spoken = (*path, str(element["/S"])), str(element.get("/Lang", language))
        kids = element.get("/K", [])
        kids = [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]
        links = tuple(kid["/Obj"] for kid in kids if isinstance(kid, dict) and kid.get("/Type") == "/OBJR")
        yield Tag(inside, spoken, str(element.get("/T", "")), links)
        if "/K" in element:
            yield from _walk(element["/K"], inside, spoken)


def words(reader: PdfReader) -> str:
    """All text without space, nor the hyphen at which an address may be broken."""
    return re.sub(r"[\s\u00a0]", "", "".join(page.extract_text() for page in reader.pages))


def addresses(reader: PdfReader) -> set[str]:
    notes = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    assert all(note["/Subtype"] == "/Link" for note in notes)
    return {str(note["/A"]["/URI"]) for note in notes if "/A" in note}


def test_it_is_tagged_with_title_and_language(conversation: Document, english: Document) -> None:
    for document, language in ((conversation, "nl"), (english, "en")):
        reader = opened(document)
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"] is not None and bool(root["/MarkInfo"]["/Marked"])
        assert root["/Lang"] == language and root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert reader.metadata and reader.metadata.title == document.title and reader.metadata.author == "Wegwijzer"
        told = root["/Metadata"].get_object().get_data().decode("utf-8")
        assert "pdfuaid:part>1<" in told and "pdfaid:part>2<" in told and "pdfaid:conformance>A<" in told


def test_the_structure_tree_has_headings_paragraphs_lists_quotes_and_links(conversation: Document) -> None:
    reader = opened(conversation)
    found = tags(reader)
    assert [tag.title for tag in found if tag.name == "/H1"] == [exchange.heading.text for exchange in conversation.exchanges]
    assert [tag.title for tag in found if tag.name == "/H2"] == [conversation.words["citations"]] * 2
    assert found[1].path == ("/Document", "/Title")
    places = [place for exchange in conversation.exchanges for place in exchange.places]
    assert len([tag for tag in found if tag.name == "/BlockQuote"]) == len(places)
    assert all("/LBody" in tag.path for tag in found if tag.name == "/BlockQuote")
    assert len([tag for tag in found if tag.name == "/P"]) > 10
    # Every link of a page is in the tree, so that a screen reader meets it.
    linked = [link for tag in found if tag.name == "/Link" for link in tag.links]
    assert len(linked) == sum(len(page.get("/Annots", [])) for page in reader.pages) > 3


def test_markers_and_addresses_can_be_clicked(sources: Document) -> None:
    reader = opened(sources)
    places = [place for exchange in sources.exchanges for place in exchange.places]
    found = [place.source for place in places] + [note.source for place in places for note in place.footnotes]
    expected = {str(link.url) for source in found if source for link in source.links}
    expected |= {str(place.link.url) for place in places if place.link}
    assert addresses(reader) == expected and len(expected) > 4
    inside = [link for tag in tags(reader) for link in tag.links if "/Dest" in link]
    markers = [marker for e in sources.exchanges for line in e.answer for piece in line.pieces for marker in piece.markers]
    assert len(inside) >= len(markers) > 5


def test_fonts_are_embedded_and_every_letter_can_be_read(sources: Document) -> None:
    reader = opened(sources)
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            (inner,) = font["/DescendantFonts"]
            assert "/FontFile3" in inner.get_object()["/FontDescriptor"] and "/ToUnicode" in font
    seen = words(reader).replace("-", "")
    for exchange in sources.exchanges:
        for place in exchange.places:
            for line in place.quote:
                assert "".join(line.text.split()).replace("-", "") in seen
    assert {"‘", "’", "“", "”", "é", "ö", "–"} <= set(seen)


def test_the_language_of_quotes_is_marked(english: Document) -> None:
    found = tags(opened(english))
    assert {tag.language for tag in found if "/BlockQuote" in tag.path} == {"nl"}
    assert {tag.language for tag in found if tag.name in ("/H1", "/H2", "/Title")} == {"en"}


def test_hostile_text_stays_text(attacked: Document) -> None:
    reader = opened(attacked)
    assert addresses(reader) == {fact.value.pieces[0].url for fact in attacked.facts if fact.value.pieces[0].url}
    seen = words(reader)
    # The emoji has no shape in the fonts.
    for line in [line for exchange in attacked.exchanges for line in (*exchange.question, exchange.heading)]:
        assert "".join(line.text.replace("\N{GRINNING FACE}", "").split()) in seen
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert not {"/OpenAction", "/AA", "/JavaScript"} & (set(root) | set(root.get("/Names", {})))


def test_all_attacks_together_are_only_text(attacks: list[str], assistant: Assistant, on: date) -> None:
    answer = assistant.ask("hallo")
    document = document_of([(attack, answer) for attack in attacks], assistant, "nl", on)
    reader = opened(document)
    assert addresses(reader) == {fact.value.pieces[0].url for fact in document.facts if fact.value.pieces[0].url}
    assert [tag.title for tag in tags(reader) if tag.name == "/H1"] == [e.heading.text.strip() for e in document.exchanges]
    assert not [tag for tag in tags(reader) if tag.name in ("/Code", "/Formula", "/Figure", "/Table", "/H2")]


def test_an_evil_publication_gets_no_link(poisoned: Document) -> None:
    reader = opened(poisoned)
    assert addresses(reader) == set() and "[klik](javascript:alert(1))`x`#lety<b>blijft</b>$a^2$staan" in words(reader)


@pytest.mark.parametrize("name", ["conversation", "english", "sources", "attacked"])
def test_the_same_document_gives_the_same_bytes(name: str, request: pytest.FixtureRequest) -> None:
    document: Document = request.getfixturevalue(name)
    assert to_pdf(document) == to_pdf(document)


def test_without_typst_there_is_an_error_for_people(conversation: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ExportError) as error:
        to_pdf(conversation)
    assert isinstance(error.value, WegwijzerError) and "PDF" in error.value.message and error.value.hint


def test_a_document_that_typst_refuses_is_an_error_for_people(conversation: Document) -> None:
    broken = replace(conversation, exchanges=tuple(replace(exchange, places=()) for exchange in conversation.exchanges))
    with pytest.raises(ExportError) as error:
        to_pdf(broken)
    assert "citation_1_1" in error.value.message
