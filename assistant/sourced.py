"""The second tier in an answer: the guidance speaks first; the text of a source that it cites supports it.

A source is heard when the question asks what it says, or when the place that comes nearest cites it and the guidance itself lacks
what is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.answer import AnswerStatus
from assistant.asked import asks_source, asks_source_text, lacks, say_words
from assistant.rephrase import read
from assistant.turn import Statement, Turn
from corpus.cited import name_of, spoken_names
from corpus.places import contains
from corpus.publication import Publication
from corpus.sentences import Sentence, sentences_of
from corpus.sources import Source
from corpus.unit import Unit
from corpus.vocabulary import WORD
from index.second_tier import Passage

MAX_SENTENCES = 3
"""Of a source in one answer."""
# How a passage must fit, set on the sources of the tests: no real one could be fetched where this was made.
NAMED_SHARED = 0.25
"""Share of the question's words that a passage of a named source holds, or"""
NAMED_BEHIND = 0.02
"""how far its similarity may lie behind that of the best passage of the guidance."""
CITED_SHARED = 0.5
"""The share that a passage of a source holds that nobody named, and"""
CITED_AHEAD = 0.0
"""how far its similarity lies before that of the best passage of the guidance."""
LEADS_AHEAD = 0.0
"""How far before the guidance a passage of a named source lies that is said alone: the guidance then has nothing as fitting."""
_CLOSE = 0.05
"""Sentences of the passage that are said lie at most so far behind its best one."""

Cited = tuple[Publication, Source]


def consult(turn: Turn) -> None:
    """Find what the text of a source adds; ``settle`` decides whether it is said."""
    if turn.parts:
        return
    asked = _asked(turn)
    corpus = turn.index.corpus
    turn.sources_asked = [source for publication, source in asked if not corpus.texts_of(publication, source)]
    named = {text.id for publication, source in asked for text in corpus.texts_of(publication, source)}
    near = {text.id for publication, source in _cited_nearby(turn) for text in corpus.texts_of(publication, source)}
    if not (named or near):
        return
    question = " ".join(_subject(turn, [source for _, source in asked])) if named else turn.standalone
    passages = turn.index.second_tier.search(question or turn.standalone, named or near)
    if passages and _fits(passages[0], turn, named=bool(named)):
        turn.support = _said(passages[0], question or turn.standalone, turn)
        turn.source_named = bool(named)
        turn.source_leads = bool(named) and passages[0].ahead >= LEADS_AHEAD


def settle(turn: Turn) -> None:
    """After the guidance was weighed: a source speaks where it was asked for, or where the guidance lacks what is asked."""
    lacking = turn.status is not None or turn.missing is not None
    if turn.source_leads or (turn.source_named and turn.support and lacking):
        turn.statements, turn.support = turn.support, []
        turn.status = turn.missing = None
    elif not turn.source_named and turn.status is AnswerStatus.NOT_IN_GUIDANCE and turn.support:
        # The guidance gives the direction, its source the thing itself.
        turn.statements, turn.support = [*_leading(turn), *turn.support], []
        turn.status = None
    elif not turn.source_named and not turn.missing:
        turn.support = []


def support(turn: Turn) -> None:
    """Say what the source adds, after the guidance."""
    turn.statements = [*turn.statements, *(each for each in turn.support if each not in turn.statements)]


def not_loaded(turn: Turn) -> list[str]:
    """Names of the sources whose content was asked and whose text is not loaded, where the answer has only the reference."""
    said = {(statement.unit.publication, statement.unit.id) for statement in turn.statements}
    missed = turn.status is not None or turn.missing is not None
    published = {id(source): p.id for p in turn.index.corpus.guidance for source in p.sources}
    sources = [s for s in turn.sources_asked if missed or (published[id(s)], s.unit) in said]
    return list(dict.fromkeys(f"{name_of(s)} ({s.year})" if s.year else name_of(s) for s in sources))


def _asked(turn: Turn) -> list[Cited]:
    """The sources whose content is asked: named, or at a named place, or "the source" of the nearest place."""
    text = " ".join(turn.standalone.lower().split())
    every = [(p, source) for p in turn.index.corpus.guidance for source in p.sources]
    places = {(unit.publication, unit.id) for unit in turn.places}
    named = [(p, s) for p, s in every if (p.id, s.unit) in places or contains(list(spoken_names(s)), text)]
    wants_text = asks_source_text(turn)
    if asks_source(turn) and not wants_text:
        return []
    if not named:
        return _cited_nearby(turn) if wants_text else []
    return named if wants_text or _subject(turn, [source for _, source in named]) else []


def _subject(turn: Turn, named: Sequence[Source]) -> list[str]:
    """The question's words beyond the source's name and how it is asked for; empty when nothing is asked but the source."""
    own = {word for source in named for name in spoken_names(source) for word in WORD.findall(name)}
    beyond = set(read(turn.standalone).content) - turn.index.place_words() - say_words() - own
    return [word for word in WORD.findall(turn.standalone.lower()) if word in beyond and word.isalpha() and len(word) > 1]


def _cited_nearby(turn: Turn) -> list[Cited]:
    """The sources that the named places cite, else those of the best one that search found."""
    assert turn.found is not None
    corpus = turn.index.corpus
    units = turn.places or [corpus.find(hit.locator) for hit in turn.found.hits[:1]]
    return [
        (publication, source)
        for unit in units
        for publication in (corpus.publication_of(unit),)
        for source in publication.sources
        if source.unit == unit.id or source.unit in unit.footnotes
    ]


def _fits(passage: Passage, turn: Turn, *, named: bool) -> bool:
    if lacks(turn, passage.entry.text):
        return False
    if named:
        return passage.shared >= NAMED_SHARED or passage.ahead >= -NAMED_BEHIND
    return passage.shared >= CITED_SHARED and passage.ahead >= CITED_AHEAD


def _said(passage: Passage, question: str, turn: Turn) -> list[Statement]:
    """The best sentences of a passage, in a row; a list as a whole."""
    unit = turn.index.corpus.find(passage.entry.locator)
    within = [s for s in sentences_of(unit) if passage.entry.start <= s.start and s.end <= passage.entry.end]
    if not within or unit.blocks[within[0].block].kind == "list":
        return _statements(unit, within)
    scores = turn.index.second_tier.scores(question, [sentence.text for sentence in within])
    best = scores.index(max(scores))
    first = last = best
    while last - first + 1 < MAX_SENTENCES:
        after = scores[last + 1] if last + 1 < len(within) else -1.0
        before = scores[first - 1] if first else -1.0
        if max(after, before) < scores[best] - _CLOSE:
            break
        first, last = (first, last + 1) if after >= before else (first - 1, last)
    return _statements(unit, within[first : last + 1])


def _statements(unit: Unit, sentences: Iterable[Sentence]) -> list[Statement]:
    return [Statement(unit, sentence) for sentence in sentences]


def _leading(turn: Turn) -> list[Statement]:
    """The sentence of the guidance that leads to the source which supports it; empty where only a reference does."""
    corpus = turn.index.corpus
    text = corpus.publication_of(turn.support[0].unit)
    for unit in turn.places or [corpus.find(hit.locator) for hit in (turn.found.hits[:1] if turn.found else ())]:
        for mark in unit.marks:
            if f"{unit.publication}:{mark.unit}" in text.via:
                sentences = sentences_of(unit)
                return _statements(unit, [s for s in sentences if s.start < mark.position <= s.end + 1][:1])
    return []
