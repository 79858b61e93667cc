"""The extractive answerer: the shortest set of literal sentences that answers, the best first, no language model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.turn import Statement, Turn
from corpus.sentences import Sentence, sentences_of
from corpus.unit import Unit

MAX_WORDS = 110
MAX_WHOLE_WORDS = 200
"""Named places together are said whole up to this length: who names them wants them, as a list is wanted complete."""
MAX_RUN = 3
"""Sentences in one quote (rule 1)."""
_UNITS = 2
_CLOSE_UNIT = 0.8
"""A second unit is used when its score is at least this share of the best one's."""
_CLOSE_SENTENCE = 0.035
"""A further sentence is used when its score is at most this much below the best one's (cosine of E5, which is narrow)."""
_BANK_BONUS = 0.6
_BANK_FLOOR = 0.85


@dataclass(frozen=True, slots=True)
class _Scored:
    unit: Unit
    sentence: Sentence
    score: float


def compose(turn: Turn) -> None:
    """Choose the statements; none are chosen when no candidate unit has text."""
    units = turn.places or _best_units(turn)
    if turn.places and _whole(turn.places):
        turn.statements = _whole_units(turn.places)
        return
    ranked = sorted((scored for unit in units for scored in _score(unit, turn)), key=lambda s: -s.score)
    if ranked:
        turn.statements = _select(ranked)


def _best_units(turn: Turn) -> list[Unit]:
    assert turn.found is not None
    hits = turn.found.hits
    close = [hit for hit in hits[:_UNITS] if hit.score >= _CLOSE_UNIT * hits[0].score]
    return [turn.index.corpus.find(hit.locator) for hit in close]


def _score(unit: Unit, turn: Turn) -> list[_Scored]:
    """Similarity of each sentence to the question, raised where a similar bank question is answered by it."""
    assert turn.found is not None
    locator = str(unit.locator)
    similarities = turn.index.sentence_similarities(locator, turn.found.vector)
    scored = []
    for sentence in sentences_of(unit):
        bonus = max(
            (
                similarity - _BANK_FLOOR
                for entry, similarity in turn.found.questions
                if entry.locator == locator and entry.start < sentence.end and sentence.start < entry.end
            ),
            default=0.0,
        )
        scored.append(_Scored(unit, sentence, similarities[sentence.start] + _BANK_BONUS * max(0.0, bonus)))
    return scored


def _select(ranked: list[_Scored]) -> list[Statement]:
    """The best sentence with what it needs, then close ones while there is room; a unit's sentences in their own order."""
    chosen: dict[tuple[str, int], Statement] = {}
    words = 0
    for scored in ranked:
        if ranked[0].score - scored.score > _CLOSE_SENTENCE:
            break
        needed = [s for s in _with_context(scored) if (s.unit.id, s.sentence.start) not in chosen]
        length = sum(len(s.sentence.text.split()) for s in needed)
        if chosen and words + length > MAX_WORDS:
            continue
        words += length
        chosen |= {(s.unit.id, s.sentence.start): s for s in needed}
        if len(chosen) >= MAX_RUN and not _is_list(needed):
            break
    order = list(dict.fromkeys(s.unit.id for s in chosen.values()))
    return sorted(chosen.values(), key=lambda s: (order.index(s.unit.id), s.sentence.start))


def _with_context(scored: _Scored) -> list[Statement]:
    """A sentence with its list when it announces or is part of one, and with the sentence before it when it leans on that."""
    unit, sentence = scored.unit, scored.sentence
    sentences = sentences_of(unit)
    block = unit.blocks[sentence.block]
    if block.kind == "list" and not re.match(r"\d", sentence.text):
        return [Statement(unit, s) for s in sentences if s.block == sentence.block]
    if block.kind == "list":
        return [Statement(unit, s) for s in sentences if (s.block, s.item) == (sentence.block, sentence.item)]
    if sentence.text.rstrip().endswith(":"):
        return [Statement(unit, s) for s in sentences if s == sentence or s.block == sentence.block + 1]
    return [Statement(unit, sentence)]


def _is_list(statements: list[Statement]) -> bool:
    return any(s.unit.blocks[s.sentence.block].kind == "list" for s in statements)


def _whole(places: list[Unit]) -> bool:
    """Whether the named places are short enough to be said whole."""
    return sum(len(unit.text.split()) for unit in places) <= MAX_WHOLE_WORDS


def _whole_units(places: list[Unit]) -> list[Statement]:
    return [Statement(unit, sentence) for unit in places for sentence in sentences_of(unit)]
