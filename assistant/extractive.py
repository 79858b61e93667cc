"""The extractive answerer: the shortest set of literal sentences that answers, the best first, no language model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp

from assistant.asked import asks_list, asks_origin, asks_source, asks_whole
from assistant.turn import Statement, Turn
from corpus.locator import Locator
from corpus.sentences import Sentence, sentences_of
from corpus.unit import Unit
from index.chunking import Entry

MAX_WORDS = 114
"""Of an answer that is no list."""
PARTIAL_WORDS = 80
"""Of what stands in a partial answer, beside the sentence that says what is missing."""
MAX_LIST_WORDS = 250
"""Of named places that are said whole because several are asked."""
_UNITS = 4
"""Units whose sentences compete, unless places are named."""
_UNIT_WEIGHT = 0.02
"""Of a unit's fused score, against the cosine of its sentences."""
_VOTE_WEIGHT = 0.4
"""Of the share of similar bank questions that are answered by a sentence."""
_VOTE_SHARPNESS = 25.0
"""How steeply a bank question's vote falls with its similarity: exp(sharpness × (similarity − best))."""
_SHORT_LIST = 60
"""Words of a list that is said whole even when one of its items would do."""
_EACH = 6
"""Of at most so many named places each is heard."""
_CLOSE = 0.03
"""A sentence of another unit is used when its score is at most this much below the best one's."""
_CLOSE_SAME_UNIT = 0.2
"""The same for a sentence of the best one's unit: around the answer stands what is needed to understand it."""


@dataclass(frozen=True, slots=True)
class _Scored:
    unit: Unit
    sentence: Sentence
    score: float


def compose(turn: Turn) -> None:
    """Choose the statements; none are chosen when no candidate unit has text."""
    assert turn.found is not None
    if turn.statements:  # a cited source speaks
        return
    if turn.parts:
        turn.statements = _joined(turn.parts)
        return
    if names := _overview(turn):
        turn.statements = names
        return
    room = MAX_LIST_WORDS if len(turn.places) > 1 and (asks_whole(turn) or asks_list(turn)) else MAX_WORDS * asks_whole(turn)
    if turn.places and (_is_reference(turn.places, turn) or _length(_all(turn.places)) <= room):
        turn.statements = _all(turn.places)
        return
    units = turn.places or _candidates(turn)
    ranked = _rank(units, turn)
    if not ranked:
        return
    best = ranked[0]
    if turn.places and asks_whole(turn):
        turn.statements = _outline(turn.places, ranked)
    elif references := _references(best, turn):
        said = [Statement(best.unit, best.sentence)] if asks_origin(turn) and best.unit not in references else []
        turn.statements = [*said, *_all(references)]
    else:
        heads = _heads(turn.places, ranked) if 1 < len(turn.places) <= _EACH else []
        turn.statements = _select(ranked, heads, asks_list(turn), PARTIAL_WORDS if turn.missing else MAX_WORDS)


def _overview(turn: Turn) -> list[Statement]:
    """The lines of an overview that name the places, where several are only to be named; empty where no unit has them."""
    if len(turn.places) < 2 or not (asks_list(turn) and asks_whole(turn)):
        return []
    for unit in turn.index.corpus.units:
        lines = {line.sentence: turn.index.titled(line.sentence.text) for line in _all([unit]) if _is_listed(line)}
        named = [Statement(unit, sentence) for sentence, titled in lines.items() if any(place in titled for place in turn.places)]
        if len(named) == len(turn.places):
            return named
    return []


def _candidates(turn: Turn) -> list[Unit]:
    """The best units; references only when a source is asked or the best one is a reference."""
    assert turn.found is not None
    units = [turn.index.corpus.find(hit.locator) for hit in turn.found.hits[:_UNITS]]
    if asks_source(turn) or _is_reference(units[:1], turn):
        return units
    return [unit for unit in units if not _is_reference([unit], turn)]


def _joined(parts: Sequence[Turn]) -> list[Statement]:
    """What the parts say, each with an equal share of the room and at least its first statement."""
    chosen: list[Statement] = []
    for part in parts:
        share: list[Statement] = []
        for statement in part.statements:
            if not share or _length([*share, statement]) <= MAX_WORDS // len(parts):
                share.append(statement)
        chosen += [statement for statement in share if statement not in chosen]
    return chosen


def _is_reference(units: Sequence[Unit], turn: Turn) -> bool:
    corpus = turn.index.corpus
    return all(corpus.publication_of(unit).source_of(unit.id) for unit in units)


def _references(best: _Scored, turn: Turn) -> list[Unit]:
    """The best unit when it is a reference; else, where a source is asked, the footnote nearest to its best sentence."""
    publication = turn.index.corpus.publication_of(best.unit)
    if publication.source_of(best.unit.id):
        return [best.unit]
    if not asks_source(turn):
        return []
    nearest = min(best.unit.marks, key=lambda mark: abs(mark.position - best.sentence.end), default=None)
    return [publication.by_id[nearest.unit]] if nearest else []


def _rank(units: Sequence[Unit], turn: Turn) -> list[_Scored]:
    """Sentences, best first: similar to the question, of a likely unit, and voted for by similar bank questions."""
    assert turn.found is not None
    scores = {hit.locator: hit.score for hit in turn.found.hits}
    top = max(scores[str(unit.locator)] for unit in units)
    votes = _votes(turn)
    ranked = []
    for unit in units:
        locator = str(unit.locator)
        similarities = turn.index.sentence_similarities(locator, turn.found.vector)
        for sentence in sentences_of(unit):
            vote = sum(w for e, w in votes if e.locator == locator and e.start < sentence.end and sentence.start < e.end)
            score = similarities[sentence.start] + _UNIT_WEIGHT * (scores[locator] - top) + _VOTE_WEIGHT * vote
            ranked.append(_Scored(unit, sentence, score))
    return sorted(ranked, key=lambda scored: -scored.score)


def _votes(turn: Turn) -> list[tuple[Entry, float]]:
    """The nearest bank questions with their share of the vote; shares sum to 1."""
    assert turn.found is not None
    questions = turn.found.questions
    weights = [exp(_VOTE_SHARPNESS * (similarity - questions[0][1])) for _, similarity in questions]
    return [(entry, weight / sum(weights)) for (entry, _), weight in zip(questions, weights, strict=True)]


def _heads(units: Sequence[Unit], ranked: list[_Scored]) -> list[_Scored]:
    """The best sentence of each unit, in the order of the units."""
    return [next(scored for scored in ranked if scored.unit == unit) for unit in units if unit.text]


def _select(ranked: list[_Scored], heads: list[_Scored], asks_all: bool, limit: int) -> list[Statement]:
    """The best sentence with what it needs, then close ones while there is room; its paragraph first, then as in the text.

    ``heads`` are said in any case.
    """
    chosen: dict[tuple[Locator, int], Statement] = {}
    words = 0
    for scored in [*heads, *ranked]:
        if scored not in heads and ranked[0].score - scored.score > (
            _CLOSE_SAME_UNIT if scored.unit == ranked[0].unit else _CLOSE
        ):
            continue
        needed = [s for s in _with_context(scored, asks_all) if (s.unit.locator, s.sentence.start) not in chosen]
        length = sum(len(s.sentence.text.split()) for s in needed)
        if chosen and scored not in heads and words + length > limit:
            continue
        words += length
        chosen |= {(s.unit.locator, s.sentence.start): s for s in needed}
    best = next(iter(chosen.values()))
    order = list(dict.fromkeys(s.unit.locator for s in chosen.values()))
    return sorted(chosen.values(), key=lambda s: (order.index(s.unit.locator), not _together(s, best), s.sentence.start))


def _together(one: Statement, other: Statement) -> bool:
    return (one.unit.locator, one.sentence.block) == (other.unit.locator, other.sentence.block)


def _with_context(scored: _Scored, asks_all: bool) -> list[Statement]:
    """A sentence with what it cannot be understood without.

    The item of a list comes with the sentence that announces the list, or with the whole list when that is asked or short. A
    sentence that announces a list comes with that list, or with the heads of its items when it is long and not asked for.
    """
    unit, sentence = scored.unit, scored.sentence
    announced = _announced(unit, sentence, asks_all)
    block = sentence.block if unit.blocks[sentence.block].kind == "list" else announced
    if block is None:
        return [Statement(unit, sentence)]
    listed = [Statement(unit, s) for s in sentences_of(unit) if s.block == block]
    before = [Statement(unit, sentence)] if announced else [Statement(unit, s) for s in _announcing(unit, block)]
    if asks_all or _length(listed) <= _SHORT_LIST:
        return [*before, *listed]
    if announced is None:
        return [*before, *(s for s in listed if s.sentence.item == sentence.item)]
    heads = {s.sentence.item: s for s in reversed(listed)}
    return [*before, *reversed(heads.values())]


def _announced(unit: Unit, sentence: Sentence, asks_all: bool) -> int | None:
    """The list that a sentence announces: with a colon, or by standing above it when all of something is asked; None: none."""
    after = sentence.block + 1
    listed = after < len(unit.blocks) and unit.blocks[after].kind == "list" and unit.blocks[sentence.block].kind != "list"
    return after if listed and (asks_all or sentence.text.rstrip().endswith(":")) else None


def _announcing(unit: Unit, block: int) -> list[Sentence]:
    """The sentence before a list that ends with a colon."""
    return [s for s in sentences_of(unit) if s.block == block - 1 and s.text.rstrip().endswith(":")]


def _all(units: Iterable[Unit]) -> list[Statement]:
    return [Statement(unit, sentence) for unit in units for sentence in sentences_of(unit)]


def _length(statements: Iterable[Statement]) -> int:
    """Words."""
    return sum(len(s.sentence.text.split()) for s in statements)


def _outline(units: Sequence[Unit], ranked: Sequence[_Scored]) -> list[Statement]:
    """Places too long to be said whole, while there is room: first sentences, heads of lists, then the best others.

    Every one of several places is there with at least its first sentence.
    """
    everything = _all(units)
    first = {(s.unit.locator, s.sentence.block, s.sentence.item): s for s in reversed(everything)}
    begins = [next(s for s in everything if s.unit == unit) for unit in units if unit.text]
    lists = [s for s in everything if _is_listed(s) or s.sentence.text.rstrip().endswith(":")]
    heads = [s for s in everything if s in first.values()]
    wanted = [*begins, *(s for s in lists if s in heads or not _is_listed(s)), *heads, *lists]
    chosen: list[Statement] = []
    for statement in (*wanted, *(Statement(scored.unit, scored.sentence) for scored in ranked)):
        if statement not in chosen and (statement in begins or _length([*chosen, statement]) <= MAX_WORDS):
            chosen.append(statement)
    return [s for s in everything if s in chosen]


def _is_listed(statement: Statement) -> bool:
    return statement.unit.blocks[statement.sentence.block].kind == "list"
