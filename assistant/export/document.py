"""What an exported answer or conversation holds, before it gets a form.

Everything from outside is cleaned here (``text.py``), so that a form only has to escape its own signs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.answer import Answer, Citation
from assistant.export.text import Line, Piece, clean, dated, labelled, lines_of, replied, safe_url, stated
from assistant.language import language_of
from corpus.errors import WegwijzerError

if TYPE_CHECKING:
    from assistant.service import Assistant
    from corpus.publication import Publication
    from corpus.sources import Source

_SHORT = 150
"""Characters of a question that may stand in its heading."""
_LITERAL = "extractive"
"""The answerer whose statements are exactly the quotes."""


class ExportError(WegwijzerError):
    """A file of this form cannot be made here."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about the document or a citation: what it is, and what it says."""

    term: str
    value: Line


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A cited source.

    Attributes:
        fact: authors, title, publisher, year; None where the printed reference beside it gives the title already.
        note: an oddity that a reader must know; None for none.
    """

    fact: Fact | None
    links: tuple[Piece, ...]
    note: Line | None


@dataclass(frozen=True, slots=True)
class FootnoteEntry:
    """A footnote in a quote, and the source it names; ``source`` is None where nothing is known of it."""

    label: str
    text: Line
    source: SourceNote | None


@dataclass(frozen=True, slots=True)
class Place:
    """A citation as it is printed.

    Attributes:
        anchor: its name within the document.
        label: ends with page and year.
        quote: the literal words, a line each.
        dated: what dates a quote of relative time, such as "(stand 2021)"; empty otherwise.
        link: to the publication; None where the place is a source with links of its own, or no address is known.
        via: the footnote that led to a cited source's own text, as a sentence; empty otherwise.
        source: the source whose reference stands at this place; None for any other place.
    """

    marker: int
    anchor: str
    label: str
    quote: tuple[Line, ...]
    dated: str
    link: Piece | None
    via: str
    source: SourceNote | None
    footnotes: tuple[FootnoteEntry, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer. ``question`` is empty where the heading holds all of it."""

    heading: Line
    question: tuple[Line, ...]
    outcome: Fact
    answer: tuple[Line, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """An export, ready to be given a form.

    Attributes:
        language: of all that is not a quote, ``"nl"`` or ``"en"``.
        facts: date, publications with year and address, index version.
        version: the last of the facts, for the edge of the page.
        notice: that an AI system made it, and what it cannot do.
        words: the fixed texts of that language, from ``prompts/export.toml``.
    """

    title: str
    language: str
    date: date
    facts: tuple[Fact, ...]
    version: Fact
    notice: str
    exchanges: tuple[Exchange, ...]
    words: dict[str, Any]


@cache
def words_of(language: str) -> dict[str, Any]:
    """The fixed texts of a language (raises KeyError for another than those of ``prompts/export.toml``)."""
    data = tomllib.loads((files("prompts") / "export.toml").read_text(encoding="utf-8"))
    chosen: dict[str, Any] = data[language]
    return chosen


def document_of(turns: Sequence[tuple[str, Answer]], assistant: Assistant, language: str, on: date) -> Document:
    """The content of an export.

    Args:
        turns: questions, as they may be kept, with their answers; oldest first.
        assistant: knows the units and sources of the cited places.
        language: of headings and fixed texts, ``"nl"`` or ``"en"``.
        on: the date that the document bears.

    Raises:
        LocatorError: a cited place is not in the assistant's index version.
    """
    words = words_of(language)
    literal = all(answer.answerer == _LITERAL for _, answer in turns)
    writer = _Writer(assistant, language, words)
    facts = writer.facts([answer for _, answer in turns], on)
    return Document(
        title=words["title_one" if len(turns) == 1 else "title_many"],
        language=language,
        date=on,
        facts=facts,
        version=facts[-1],
        notice=words["notice_literal" if literal else "notice_written"],
        exchanges=tuple(writer.exchange(number, turns) for number in range(1, len(turns) + 1)),
        words=words,
    )


@dataclass(frozen=True)
class _Writer:
    assistant: Assistant
    language: str
    words: dict[str, Any]

    def facts(self, answers: Sequence[Answer], on: date) -> tuple[Fact, ...]:
        words = self.words
        day = words["date_form"].format(day=on.day, month=words["months"][on.month - 1], year=on.year)
        versions = ", ".join(dict.fromkeys(clean(answer.index_version) for answer in answers))
        return (
            Fact(words["date"], self._said(day)),
            *(fact for publication in self._publications(answers) for fact in self._edition(publication)),
            Fact(words["version"], self._said(versions)),
        )

    def exchange(self, number: int, turns: Sequence[tuple[str, Answer]]) -> Exchange:
        question, answer = turns[number - 1]
        asked = lines_of(question)
        short = len(asked) == 1 and len(asked[0]) <= _SHORT
        tongue = language_of(question)
        # A reply may repeat words of this question or of an earlier one.
        quotes = {citation.marker: clean(citation.quote) for citation in answer.citations}
        typed = {said for text, a in turns[:number] for said in _as_repeated(text, a.question, a.standalone_question)}
        lines = tuple(self._answered(answer, number, line, quotes, typed) for line in lines_of(answer.answer))
        dates = {marker: words for line in lines for marker, words in dated(line, quotes).items()}
        return Exchange(
            heading=self._heading(number, len(turns), asked[0] if short else "", tongue),
            question=() if short else tuple(Line((Piece(line, tongue, typed=True),)) for line in asked),
            outcome=Fact(self.words["outcome"], self._said(self.words["status"][answer.status])),
            answer=lines,
            places=tuple(self._place(citation, number, dates.get(citation.marker, "")) for citation in answer.citations),
        )

    def _heading(self, number: int, count: int, asked: str, tongue: str) -> Line:
        name = ("question" if count == 1 else "question_numbered") + ("_short" if asked else "")
        before, _, after = self.words[name].replace("{number}", str(number)).partition("{question}")
        pieces = (Piece(before, self.language), Piece(asked, tongue, typed=True), Piece(after, self.language))
        return Line(tuple(piece for piece in pieces if piece.text))

    def _answered(self, answer: Answer, number: int, line: str, quotes: dict[int, str], typed: set[str]) -> Line:
        anchors = {marker: _anchor(number, marker) for marker in quotes}
        languages = {citation.marker: self._publication(citation.locator).language for citation in answer.citations}
        return stated(line, quotes, anchors, languages, answer.language) or replied(line, answer.language, typed)

    def _place(self, citation: Citation, number: int, dated_by: str) -> Place:
        publication = self._publication(citation.locator)
        source = self.assistant.source(citation.locator)
        url = safe_url(citation.url)
        link = None
        if url and not (source and source.links):
            site = (urlsplit(url).hostname or "").removeprefix("www.")
            link = Piece(self.words["in_publication"].format(site=site), self.language, url=url)
        via = self.words["via"].format(label=self.assistant.label(citation.via, self.language)) if citation.via else ""
        return Place(
            marker=citation.marker,
            anchor=_anchor(number, citation.marker),
            label=clean(citation.label),
            quote=tuple(labelled(line, publication.language) for line in lines_of(citation.quote)),
            dated=dated_by,
            link=link,
            via=clean(via),
            source=self._source(source, citation.quote, publication.language),
            footnotes=tuple(self._footnote(f"{publication.id}:{unit}", publication.language) for unit in citation.footnotes),
        )

    def _footnote(self, locator: str, language: str) -> FootnoteEntry:
        printed = " ".join(lines_of(self.assistant.unit(locator).text))
        return FootnoteEntry(
            label=clean(self.assistant.label(locator, self.language)),
            text=Line((Piece(printed, language),)),
            source=self._source(self.assistant.source(locator), printed, language),
        )

    def _source(self, source: Source | None, printed: str, language: str) -> SourceNote | None:
        if source is None:
            return None
        authors = "".join(f"{author}, " for author in source.authors)
        after = "".join(f" · {fact}" for fact in (source.publisher, source.year) if fact)
        title = Piece(clean(source.title), source.language or language)
        pieces = (Piece(clean(authors), language), title, Piece(clean(after), language))
        fact = Fact(self.words["source"], Line(tuple(piece for piece in pieces if piece.text)))
        urls = [url for url in map(safe_url, source.links) if url]
        return SourceNote(
            fact=None if title.text in printed else fact,
            links=tuple(Piece(url, self.language, url=url) for url in urls),
            note=Line((Piece(clean(source.note), language),)) if source.note else None,
        )

    def _publications(self, answers: Sequence[Answer]) -> list[Publication]:
        """Those that are cited; all that the assistant knows when none is."""
        cited = {c.locator: self._publication(c.locator) for answer in answers for c in answer.citations}
        found = list(cited.values()) or self.assistant.index.corpus.guidance
        return list({publication.id: publication for publication in found}.values())

    def _publication(self, locator: str) -> Publication:
        return self.assistant.publication_of(self.assistant.unit(locator))

    def _edition(self, publication: Publication) -> list[Fact]:
        """Its title with publisher and year, and its address where it has one."""
        made = f" ({publication.data['publisher']}, {publication.year})"
        title = Line((Piece(clean(publication.title), publication.language), Piece(clean(made), publication.language)))
        url = safe_url(publication.url)
        address = [Fact(self.words["address"], Line((Piece(url, self.language, url=url),)))] if url else []
        return [Fact(self.words["publication"], title), *address]

    def _said(self, text: str) -> Line:
        return Line((Piece(text, self.language),))


def _anchor(number: int, marker: int) -> str:
    """Name of a citation: letters, digits and underscores, as Word wants it."""
    return f"citation_{number}_{marker}"


def _as_repeated(*texts: str) -> list[str]:
    """Typed texts as a reply may repeat them: on one line."""
    return [" ".join(clean(text).split()) for text in texts]
