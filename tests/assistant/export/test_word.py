"""Word: real headings, lists, links and languages; opens again; the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from assistant.export.document import Document
from assistant.export.word import to_word


def opened(document: Document) -> WordDocument:
    return docx.Document(io.BytesIO(to_word(document)))


def addresses(word: WordDocument) -> set[str]:
    """Where its hyperlinks lead, outside it."""
    used = {link.get(qn("r:id")) for link in word.element.iter(qn("w:hyperlink"))} - {None}
    return {word.part.rels[name].target_ref for name in used}


def texts(word: WordDocument, style: str) -> list[str]:
    return [paragraph.text for paragraph in word.paragraphs if paragraph.style and paragraph.style.name == style]


def test_headings_facts_and_notice(conversation: Document) -> None:
    word = opened(conversation)
    assert texts(word, "Title") == [conversation.title]
    assert texts(word, "Heading 1") == [exchange.heading.text for exchange in conversation.exchanges]
    assert texts(word, "Heading 2") == [conversation.words["citations"]] * 2
    assert texts(word, "Notice") == [conversation.words["notice_title"], conversation.notice]
    assert texts(word, "Fact") == [f"{fact.term}\t{fact.value.text}" for fact in conversation.facts]
    section = word.sections[0]
    assert conversation.version.value.text in section.footer.paragraphs[0].text
    fields = [field.get(qn("w:instr")) for field in section.footer._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"] and round(section.page_width.cm, 1) == 21.0


def test_properties_tell_title_language_and_date(conversation: Document, english: Document) -> None:
    about = opened(conversation).core_properties
    assert (about.title, about.language, about.author) == (conversation.title, "nl-NL", "Wegwijzer")
    assert about.created == about.modified == datetime(2026, 11, 24, tzinfo=UTC) and "python-docx" not in str(about.comments)
    assert conversation.version.value.text in about.keywords
    assert opened(english).core_properties.language == "en-GB"


def test_every_marker_leads_to_its_citation(conversation: Document) -> None:
    word = opened(conversation)
    places = [place for exchange in conversation.exchanges for place in exchange.places]
    names = [mark.get(qn("w:name")) for mark in word.element.iter(qn("w:bookmarkStart"))]
    assert names == [place.anchor for place in places]
    targets = [link.get(qn("w:anchor")) for link in word.element.iter(qn("w:hyperlink")) if link.get(qn("w:anchor"))]
    assert set(targets) == set(names)
    assert texts(word, "Place") == [f"[{place.marker}]\t{place.label}" for place in places]


def test_quotes_footnotes_and_links(sources: Document) -> None:
    word = opened(sources)
    places = [place for exchange in sources.exchanges for place in exchange.places]
    assert texts(word, "Quote") == [line.text for place in places for line in place.quote]
    found = [place.source for place in places] + [note.source for place in places for note in place.footnotes]
    expected = {str(link.url) for source in found if source for link in source.links}
    expected |= {str(place.link.url) for place in places if place.link}
    assert addresses(word) == expected and len(expected) > 4
    assert any("Change the story" in text for text in texts(word, "Source"))


def test_lists_are_real_and_begin_anew(sources: Document) -> None:
    word = opened(sources)
    numbered = [p for p in word.paragraphs if p._p.pPr is not None and p._p.pPr.numPr is not None]
    labels = [
        line.label for e in sources.exchanges for line in (*e.answer, *(q for p in e.places for q in p.quote)) if line.label
    ]
    assert len(numbered) == len(labels) > 10
    numbering = word.part.numbering_part.element
    begins = {}
    for number in numbering.num_lst:
        for start in number.iter(qn("w:startOverride")):
            begins[number.numId] = int(start.get(qn("w:val")))
    # The number that Word will show: where its list begins, and one more for every earlier item of that list.
    seen: dict[int, int] = {}
    counted = []
    for paragraph in numbered:
        name = paragraph._p.pPr.numPr.numId.val
        seen[name] = seen.get(name, begins.get(name, 0) - 1) + 1
        counted.append(f"{seen[name]}." if name in begins else "•")
    assert counted == labels


def test_the_language_of_quotes_is_marked(english: Document) -> None:
    word = opened(english)
    assert word.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}").get(qn("w:val")) == "en-GB"
    quotes = [p for p in word.paragraphs if p.style and p.style.name == "Quote"]
    languages = {run._r.find(f"{qn('w:rPr')}/{qn('w:lang')}").get(qn("w:val")) for p in quotes for run in p.runs}
    assert quotes and languages == {"nl-NL"}
    title = next(p for p in word.paragraphs if p.style and p.style.name == "Heading 1")
    assert all(run._r.find(f"{qn('w:rPr')}/{qn('w:lang')}") is None for run in title.runs)


def test_hostile_text_stays_text(attacked: Document) -> None:
    word = opened(attacked)
    assert texts(word, "Question") == [line.text for line in attacked.exchanges[0].question]
    assert addresses(word) == {fact.value.pieces[0].url for fact in attacked.facts if fact.value.pieces[0].url}
    assert {field.get(qn("w:instr")) for field in word.element.iter(qn("w:fldSimple"))} == set()
    assert not list(word.element.iter(qn("w:instrText"), qn("w:object"), qn("w:drawing")))


def test_an_evil_publication_gets_no_link(poisoned: Document) -> None:
    word = opened(poisoned)
    assert addresses(word) == set() and any("javascript:alert(1)" in text for text in texts(word, "Quote"))


@pytest.mark.parametrize("name", ["conversation", "english", "sources", "attacked"])
def test_the_same_document_gives_the_same_bytes(name: str, request: pytest.FixtureRequest) -> None:
    document: Document = request.getfixturevalue(name)
    made = to_word(document)
    assert made == to_word(document)
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert package.testzip() is None
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
