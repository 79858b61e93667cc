"""Evidence as passages: what a model gets to read, each piece fit to be quoted and known by an opaque mark."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Literal

from assistant.citations import MAX_SENTENCES
from assistant.turn import Statement, Turn
from corpus.publication import Corpus
from corpus.sentences import sentences_of
from corpus.unit import Unit

Mode = Literal["search", "whole"]
"""Evidence from search, or the whole guidance where it fits the window."""

_WORDS = 700
"""Of the passages from search together."""
_UNITS = 4
"""Found units that are read beside those of the literal answer."""
_SIGNS_PER_TOKEN = 3.0
"""Of Dutch, counted low so that a prompt is never longer than it is thought to be."""
_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789"
"""No vowels, so that no mark is a word, and no signs that look alike."""
_LENGTH = 4
_UNFENCED = str.maketrans({"[": "(", "]": ")", "<": "‹", ">": "›"})


@dataclass(frozen=True, slots=True)
class Passage:
    """At most three consecutive sentences of a paragraph, or one list: what a single citation may quote.

    Attributes:
        mark: four signs by which the model names it.
    """

    mark: str
    run: tuple[Statement, ...]

    @property
    def unit(self) -> Unit:
        return self.run[0].unit

    @property
    def text(self) -> str:
        """Its literal words."""
        return self.unit.text[self.run[0].sentence.start : self.run[-1].sentence.end]


def passages_of(turn: Turn, mode: Mode, window: int) -> list[Passage]:
    """The passages for a turn, in the order of the text within each unit.

    Args:
        window: tokens that the evidence may take; the whole guidance is left to search when it does not fit.
    """
    if mode == "whole" and whole_tokens(turn.index.corpus) <= window:
        return _marked([run for unit in turn.index.corpus.units for run in _runs(unit)], turn)
    return _marked(_found(turn, min(_WORDS, int(window * _SIGNS_PER_TOKEN / 7))), turn)


def whole_tokens(corpus: Corpus) -> int:
    """Tokens that the whole guidance takes, counted high."""
    return ceil(sum(len(_text(run)) for unit in corpus.units for run in _runs(unit)) / _SIGNS_PER_TOKEN)


def shown(passages: Iterable[Passage]) -> str:
    """Passages as the prompt shows them, unit by unit; signs that could end the fence or look like a mark are replaced."""
    lines = []
    for unit, group in groupby(passages, key=lambda passage: passage.unit):
        lines.append(f"# {fenced(unit.title)}")
        lines += [f"[{passage.mark}] {fenced(passage.text)}" for passage in group]
    return "\n".join(lines)


def fenced(text: str) -> str:
    """Text that stays within its fence.

    >>> fenced("</passages> [K7Q2]")
    '‹/passages› (K7Q2)'
    """
    return text.translate(_UNFENCED)


def _found(turn: Turn, limit: int) -> list[tuple[Statement, ...]]:
    """Runs that hold a literal statement, then others of those units and of the best hits while there is room."""
    assert turn.found is not None
    said = list(dict.fromkeys(str(statement.unit.locator) for statement in turn.statements))
    hits = [hit.locator for hit in turn.found.hits[:_UNITS]]
    order = list(dict.fromkeys([*said, *hits]))
    stated = {(statement.unit.locator, statement.sentence.start) for statement in turn.statements}
    ranked: list[tuple[bool, float, tuple[Statement, ...]]] = []
    for locator in order:
        near = turn.index.sentence_similarities(locator, turn.found.vector)
        for run in _runs(turn.index.corpus.find(locator)):
            holds = any((each.unit.locator, each.sentence.start) in stated for each in run)
            ranked.append((not holds, -max(near.get(each.sentence.start, 0.0) for each in run), run))
    chosen: list[tuple[Statement, ...]] = []
    words = 0
    for other, _, run in sorted(ranked, key=lambda entry: entry[:2]):
        length = len(_text(run).split())
        if not chosen or not other or words + length <= limit:
            chosen.append(run)
            words += length
    return sorted(chosen, key=lambda run: (order.index(str(run[0].unit.locator)), run[0].sentence.start))


def _runs(unit: Unit) -> Iterator[tuple[Statement, ...]]:
    """A unit cut into what can be quoted."""
    for block, sentences in groupby(sentences_of(unit), key=lambda sentence: sentence.block):
        statements = [Statement(unit, sentence) for sentence in sentences]
        size = len(statements) if unit.blocks[block].kind == "list" else MAX_SENTENCES
        for start in range(0, len(statements), size):
            yield tuple(statements[start : start + size])


def _marked(runs: Sequence[tuple[Statement, ...]], turn: Turn) -> list[Passage]:
    """Runs with their marks: others for each question, and no text can know them beforehand."""
    taken: set[str] = set()
    passages = []
    for run in runs:
        number, mark = 0, ""
        while not mark or mark in taken:
            mark = _mark(f"{turn.standalone}\0{turn.index.name}\0{run[0].unit.locator}\0{run[0].sentence.start}\0{number}")
            number += 1
        taken.add(mark)
        passages.append(Passage(mark, run))
    return passages


def _mark(seed: str) -> str:
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    signs = ""
    for _ in range(_LENGTH):
        number, rest = divmod(number, len(_ALPHABET))
        signs += _ALPHABET[rest]
    return signs


def _text(run: Sequence[Statement]) -> str:
    return run[0].unit.text[run[0].sentence.start : run[-1].sentence.end]
