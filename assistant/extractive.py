"""The extractive answerer: the shortest set of literal sentences that answers, the best first, no language model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp

from assistant.asked import asks_list, asks_source, asks_whole
from assistant.turn import Statement, Turn
from corpus.sentences import Sentence, sentences_of
from corpus.unit import Unit

MAX_WORDS = 110
MAX_WHOLE_WORDS = 200
"""Named places together are said whole up to this length: who names them wants them, as a list is wanted complete."""
_UNITS = 2
"""Units that an answer is made of, unless places are named."""
_CLOSE_UNIT = 0.75
"""A second unit is used when its score is at least this share of the best one's."""
_CLOSE_SENTENCE = 0.06
"""A further sentence is used when its score is at most this much below the best one's (cosine of E5, which is narrow)."""
_BANK_WEIGHT = 0.15
_BANK_SHARPNESS = 40.0
"""How steeply a bank question counts less when it is less similar: weight exp(sharpness × (similarity − best))."""


@dataclass(frozen=True, slots=True)
class _Scored:
    unit: Unit
    sentence: Sentence
    score: float


def compose(turn: Turn) -> None:
    """Choose the statements; none are chosen when no candidate unit has text."""
    if turn.places and (asks_whole(turn) or _is_reference(turn.places, turn)):
        turn.statements = _whole(turn.places)
        return
    units = turn.places or _best_units(turn)
    if asks_source(turn) and (references := _references(units, turn)):
        turn.statements = _whole(references)
        return
    ranked = sorted((scored for unit in units for scored in _score(unit, turn)), key=lambda s: -s.score)
    if ranked:
        turn.statements = _select(ranked, asks_list(turn))


def _best_units(turn: Turn) -> list[Unit]:
    assert turn.found is not None
    hits = turn.found.hits
    close = [hit for hit in hits[:_UNITS] if hit.score >= _CLOSE_UNIT * hits[0].score]
    return [turn.index.corpus.find(hit.locator) for hit in close]


def _is_reference(units: Sequence[Unit], turn: Turn) -> bool:
    corpus = turn.index.corpus
    return all(corpus.publication_of(unit).source_of(unit.id) for unit in units)


def _references(units: Sequence[Unit], turn: Turn) -> list[Unit]:
    """What answers a question about a source: the best unit when it is a reference, else the footnote at its best sentence."""
    corpus = turn.index.corpus
    best = units[0]
    if _is_reference([best], turn):
        return [best]
    marks = best.marks
    if not marks:
        return []
    said = max(_score(best, turn), key=lambda s: s.score).sentence
    nearest = min(marks, key=lambda mark: abs(mark.position - said.end))
    return [corpus.publication_of(best).by_id[nearest.unit]]


def _score(unit: Unit, turn: Turn) -> list[_Scored]:
    """Similarity of each sentence to the question, and the vote of similar bank questions for the span that answers them."""
    assert turn.found is not None
    locator = str(unit.locator)
    similarities = turn.index.sentence_similarities(locator, turn.found.vector)
    voters = [(entry, similarity) for entry, similarity in turn.found.questions if entry.locator == locator]
    best = turn.found.questions[0][1] if voters else 0.0
    weights = [exp(_BANK_SHARPNESS * (similarity - best)) for _, similarity in voters]
    scored = []
    for sentence in sentences_of(unit):
        vote = sum(w for (e, _), w in zip(voters, weights, strict=True) if e.start < sentence.end and sentence.start < e.end)
        scored.append(_Scored(unit, sentence, similarities[sentence.start] + _BANK_WEIGHT * vote / max(sum(weights), 1.0)))
    return scored


def _select(ranked: list[_Scored], whole_lists: bool) -> list[Statement]:
    """The best sentence with what it needs, then close ones while there is room; a unit's sentences in their own order."""
    chosen: dict[tuple[str, int], Statement] = {}
    words = 0
    for scored in ranked:
        if ranked[0].score - scored.score > _CLOSE_SENTENCE:
            break
        needed = [s for s in _with_context(scored, whole_lists) if (s.unit.id, s.sentence.start) not in chosen]
        length = sum(len(s.sentence.text.split()) for s in needed)
        if chosen and words + length > MAX_WORDS:
            continue
        words += length
        chosen |= {(s.unit.id, s.sentence.start): s for s in needed}
    order = list(dict.fromkeys(s.unit.id for s in chosen.values()))
    return sorted(chosen.values(), key=lambda s: (order.index(s.unit.id), s.sentence.start))


def _with_context(scored: _Scored, whole_lists: bool) -> list[Statement]:
    """A sentence with its list when it announces one, or is part of one and the list is asked; else an item is said whole."""
    unit, sentence = scored.unit, scored.sentence
    sentences = sentences_of(unit)
    block = unit.blocks[sentence.block]
    if block.kind == "list" and (whole_lists or not re.match(r"\d", sentence.text)):
        return [Statement(unit, s) for s in sentences if s.block == sentence.block or _announces(s, sentence.block)]
    if block.kind == "list":
        return [Statement(unit, s) for s in sentences if (s.block, s.item) == (sentence.block, sentence.item)]
    if sentence.text.rstrip().endswith(":"):
        return [Statement(unit, s) for s in sentences if s == sentence or s.block == sentence.block + 1]
    return [Statement(unit, sentence)]


def _announces(sentence: Sentence, block: int) -> bool:
    return sentence.block == block - 1 and sentence.text.rstrip().endswith(":")


def _whole(places: Iterable[Unit]) -> list[Statement]:
    """Places in full; when that is too long, the first sentence of each of their paragraphs, lists in full."""
    statements = [Statement(unit, sentence) for unit in places for sentence in sentences_of(unit)]
    if sum(len(s.sentence.text.split()) for s in statements) <= MAX_WHOLE_WORDS:
        return statements
    first: dict[tuple[str, int], Statement] = {}
    for s in statements:
        listed = s.unit.blocks[s.sentence.block].kind == "list"
        first.setdefault((s.unit.id, s.sentence.start if listed else -s.sentence.block - 1), s)
    return list(first.values())
