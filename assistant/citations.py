"""Citations are made by code: statements in, marked text and the places behind the markers out."""

from __future__ import annotations

import re

from assistant.answer import Citation
from assistant.turn import Statement, Written
from corpus.locator import Locator
from corpus.publication import Corpus
from corpus.unit import Unit

MAX_SENTENCES = 3
"""Consecutive sentences in one quote; a list may be longer."""


def write(statements: list[Statement], corpus: Corpus, language: str) -> tuple[str, list[Citation]]:
    """The answer's markdown, every sentence ending with its marker, and its citations in the order of the markers.

    A run of consecutive sentences of one unit shares a marker; its quote is the literal stretch from the first to the last.
    """
    parts: list[str] = []
    citations: list[Citation] = []
    before: Statement | None = None
    for marker, run in enumerate(_runs(statements), 1):
        unit = run[0].unit
        for statement in run:
            parts.append(_joint(before, statement) + _marked(statement, marker, corpus))
            before = statement
        citations.append(_citation(marker, unit, run, corpus, language))
    return "".join(parts), citations


def write_sentences(sentences: list[Written], corpus: Corpus, language: str) -> tuple[str, list[Citation]]:
    """The same for a model's sentences: each ends with the markers of the quotes that it rests on; equal quotes share one."""
    parts: list[str] = []
    citations: list[Citation] = []
    numbers: dict[tuple[str, int, int], int] = {}
    for number, sentence in enumerate(sentences):
        markers = []
        for run in sentence.quotes:
            place = (str(run[0].unit.locator), run[0].sentence.start, run[-1].sentence.end)
            if place not in numbers:
                numbers[place] = len(numbers) + 1
                citations.append(_citation(numbers[place], run[0].unit, list(run), corpus, language))
            markers.append(f"[{numbers[place]}]")
        joint = "" if not number else "\n" if sentence.listed else " "
        parts.append(f"{joint}{'- ' * sentence.listed}{sentence.text}{_dated(sentence, corpus)} {' '.join(markers)}")
    return "".join(parts), citations


def source_url(unit: Unit, corpus: Corpus) -> str | None:
    """First link of the source that the unit describes, else the publication's address; None when neither is known."""
    publication = corpus.publication_of(unit)
    source = publication.source_of(unit.id)
    return source.links[0] if source and source.links else publication.url


def _runs(statements: list[Statement]) -> list[list[Statement]]:
    runs: list[list[Statement]] = []
    for statement in statements:
        if runs and _continues(runs[-1], statement):
            runs[-1].append(statement)
        else:
            runs.append([statement])
    return runs


def _continues(run: list[Statement], statement: Statement) -> bool:
    last = run[-1]
    if last.unit.locator != statement.unit.locator or last.sentence.block != statement.sentence.block:
        return False
    if statement.unit.text[last.sentence.end : statement.sentence.start].strip():
        return False
    return _in_list(statement) or len(run) < MAX_SENTENCES


def _in_list(statement: Statement) -> bool:
    return statement.unit.blocks[statement.sentence.block].kind == "list"


def _joint(before: Statement | None, statement: Statement) -> str:
    if before is None:
        return ""
    same = before.unit.locator == statement.unit.locator and before.sentence.block == statement.sentence.block
    if not same:
        return "\n\n"
    return "\n" if before.sentence.item != statement.sentence.item else " "


def _marked(statement: Statement, marker: int, corpus: Corpus) -> str:
    return f"{statement.sentence.text}{_stand(statement.sentence.text, statement.unit, corpus)} [{marker}]"


def _stand(text: str, unit: Unit, corpus: Corpus) -> str:
    """The year that dates a text with relative time; empty for any other text."""
    publication = corpus.publication_of(unit)
    words = publication.data["words"].get("time", [])
    dated = any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in words)
    return f" (stand {publication.year})" if dated else ""


def _dated(sentence: Written, corpus: Corpus) -> str:
    """The same for a model's sentence: its own words may tell less of time, or tell it in another language, than its quotes."""
    for run in sentence.quotes:
        for text in (sentence.text, *(statement.sentence.text for statement in run)):
            if stand := _stand(text, run[0].unit, corpus):
                return stand
    return ""


def _citation(marker: int, unit: Unit, run: list[Statement], corpus: Corpus, language: str) -> Citation:
    start, end = run[0].sentence.start, run[-1].sentence.end
    via = _via(unit, corpus)
    return Citation(
        marker=marker,
        locator=str(unit.locator),
        unit=unit.id,
        label=_label(unit, via, corpus, language),
        page=unit.page,
        quote=unit.text[start:end],
        url=source_url(unit, corpus),
        footnotes=list(dict.fromkeys(mark.unit for mark in unit.marks if start < mark.position <= end)),
        via=via.id if via else None,
        language=corpus.publication_of(unit).language,
    )


def _via(unit: Unit, corpus: Corpus) -> Unit | None:
    """The unit of the guidance that cites a source's text; None for a unit of the guidance itself."""
    locators = (Locator.parse(via) for via in corpus.publication_of(unit).via)
    known = ((corpus.publications.get(locator.publication), locator.unit) for locator in locators)
    return next((publication.by_id[uid] for publication, uid in known if publication and uid in publication.by_id), None)


def _label(unit: Unit, via: Unit | None, corpus: Corpus, language: str) -> str:
    """The unit's label; that of a source's text begins with the place that leads to it."""
    label = corpus.publication_of(unit).label(unit, language)
    return f"{corpus.publication_of(via).name(via, language)} → {label}" if via else label
