"""What is embedded: paragraphs of units (chunks), their sentences, and the question bank, as one list of entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from corpus.bank import attacks, disclosures, lookalikes, off_topic_questions
from corpus.publication import Publication
from corpus.sentences import Sentence, sentences_of
from corpus.unit import Unit

EntryKind = Literal["chunk", "sentence", "question", "gap", "off_topic", "disclosure", "attack", "lookalike", "source"]

COMMON: tuple[EntryKind, ...] = ("off_topic", "disclosure", "attack", "lookalike")
"""Kinds that every index holds, whatever its publications."""
MESSAGES: tuple[EntryKind, ...] = ("question", "gap", *COMMON)
"""Kinds that are what people type, compared with messages and not as passages."""

CHUNK_LIMIT = 450
"""Characters of a unit's text in one chunk: with its titles it stays under the 600 that are embedded well and quickly."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing with a vector.

    Attributes:
        kind: chunk (paragraph), sentence, question (of the bank), gap (a near miss), off_topic (about anything else), disclosure
            (somebody may be in danger), attack (an order to break the rules), lookalike (the same words without either), source
            (passage of a cited source: the second tier, which no search for the guidance sees).
        locator: the unit it belongs to or leads to; empty for a question that leads nowhere.
        start, end: the literal stretch of the unit's text: the paragraph, the sentence, or the span that answers the
            bank's question. Both 0 for a unit without text.
        text: what is searched by keyword and, with ``context`` before it, embedded.
        context: titles that tell what the text is about; empty for sentences and questions.
        asked: the kind of thing that a gap asks for, who writes a disclosure; empty for others.
        publication: id of the publication it belongs to; empty for the messages that every index holds.
    """

    kind: EntryKind
    locator: str
    start: int
    end: int
    text: str
    context: str = ""
    asked: str = ""
    publication: str = ""

    @property
    def is_question(self) -> bool:
        """Whether it is compared as a question with questions, not as a passage."""
        return self.kind in MESSAGES

    @property
    def embedded(self) -> str:
        """The text that is turned into a vector."""
        return f"{self.context}: {self.text}" if self.context else self.text


def entries_of(publication: Publication) -> list[Entry]:
    """Every entry of a publication: chunks, sentences, bank questions, gaps; of a cited source only its passages."""
    chunks = [entry for unit in publication.units for entry in _chunks(unit, publication)]
    if publication.is_guidance:
        found = [*chunks, *_sentences(publication), *_questions(publication), *_gaps(publication)]
    else:
        found = [replace(chunk, kind="source") for chunk in chunks]
    return [replace(entry, publication=publication.id) for entry in found]


def common_entries() -> list[Entry]:
    """What every index holds, whatever the publications: off-topic questions, disclosures of danger, attacks, look-alikes."""
    return [
        *(Entry("off_topic", "", 0, 0, question) for question in off_topic_questions()),
        *(Entry("disclosure", "", 0, 0, row.text, asked=row.who) for row in disclosures()),
        *(Entry("attack", "", 0, 0, text) for text in attacks()),
        *(Entry("lookalike", "", 0, 0, text) for text in lookalikes()),
    ]


def _chunks(unit: Unit, publication: Publication) -> Iterator[Entry]:
    title = publication.short_name(unit, publication.language) if unit.title_printed else unit.title
    context = f"{publication.data['short_title']} – {f'{unit.group}: ' if unit.group else ''}{title}"
    if not unit.text:
        yield Entry("chunk", str(unit.locator), 0, 0, unit.title, context)
    group: list[Sentence] = []
    for sentence in sentences_of(unit):
        if group and (sentence.block != group[0].block or sentence.end - group[0].start > CHUNK_LIMIT):
            yield _chunk(unit, group, context)
            group = []
        group.append(sentence)
    if group:
        yield _chunk(unit, group, context)


def _chunk(unit: Unit, group: list[Sentence], context: str) -> Entry:
    start, end = group[0].start, group[-1].end
    return Entry("chunk", str(unit.locator), start, end, unit.text[start:end], context)


def _sentences(publication: Publication) -> Iterator[Entry]:
    for unit in publication.units:
        yield from (Entry("sentence", str(unit.locator), s.start, s.end, s.text) for s in sentences_of(unit))


def _questions(publication: Publication) -> Iterator[Entry]:
    for row in publication.bank:
        unit = publication.by_id[row.unit]
        start = unit.text.find(row.quote)
        yield Entry("question", str(unit.locator), start, start + len(row.quote), row.question)


def _gaps(publication: Publication) -> Iterator[Entry]:
    for gap in publication.gaps:
        nearest = str(publication.by_id[gap.nearest].locator) if gap.nearest else ""
        yield Entry("gap", nearest, 0, 0, gap.question, asked=gap.kind)
