"""Citations are made by code: statements in, marked text and the places behind the markers out."""

from __future__ import annotations

import re

from assistant.answer import Citation
from assistant.turn import Statement
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
    publication = corpus.publication_of(statement.unit)
    words = publication.data["words"].get("time", [])
    text = statement.sentence.text
    dated = any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in words)
    return f"{text}{f' (stand {publication.year})' if dated else ''} [{marker}]"


def _citation(marker: int, unit: Unit, run: list[Statement], corpus: Corpus, language: str) -> Citation:
    start, end = run[0].sentence.start, run[-1].sentence.end
    return Citation(
        marker=marker,
        locator=str(unit.locator),
        unit=unit.id,
        label=corpus.publication_of(unit).label(unit, language),
        page=unit.page,
        quote=unit.text[start:end],
        url=source_url(unit, corpus),
        footnotes=list(dict.fromkeys(mark.unit for mark in unit.marks if start < mark.position <= end)),
    )
