"""Sentences of a unit: the smallest literal piece an answer can be made of.

>>> [s.text for s in sentences_in("Wij werken met o.a. Veilig Thuis. Dat helpt.")]
['Wij werken met o.a. Veilig Thuis.', 'Dat helpt.']
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.unit import Unit

# A full stop after one of these does not end a sentence.
_ABBREVIATIONS = frozenset(
    {"o.a", "d.w.z", "bijv", "bv", "nr", "no", "p", "pp", "art", "al", "mr", "dr", "drs", "prof", "ca", "enz", "vgl", "jl"}
)
_END = re.compile(r"[.!?]+[’”\"')\]]*(?=\s+[‘“\"'(]?[A-ZÀ-Þ0-9])")
_ITEM = re.compile(r"^(?:\d+\.|-)\s+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A literal stretch ``unit.text[start:end]``.

    ``block`` is the index of its block in ``Unit.blocks``, ``item`` the line's number in a list (0 in a paragraph).
    """

    text: str
    start: int
    end: int
    block: int = 0
    item: int = 0


def sentences_in(text: str, offset: int = 0, block: int = 0, item: int = 0) -> list[Sentence]:
    """Cut one paragraph or list line into sentences; positions count from ``offset``.

    A list number stays with its first sentence.
    """
    number = _ITEM.match(text)
    begin, search = 0, number.end() if number else 0
    cuts: list[tuple[int, int]] = []
    for match in _END.finditer(text, search):
        words = text[begin : match.start()].rsplit(None, 1)
        if not words:
            continue  # a sign before the first word, as behind something that was cut off
        if match.group().startswith(".") and words[-1].lower().strip("(‘“") in _ABBREVIATIONS:
            continue
        cuts.append((begin, match.end()))
        begin = match.end() + len(text[match.end() :]) - len(text[match.end() :].lstrip())
    if text[begin:].strip():
        cuts.append((begin, len(text.rstrip())))
    return [Sentence(text[a:b], offset + a, offset + b, block, item) for a, b in cuts]


def sentences_of(unit: Unit) -> list[Sentence]:
    """All sentences of a unit, in order."""
    found: list[Sentence] = []
    for index, block in enumerate(unit.blocks):
        start = block.start
        for item, line in enumerate(unit.text[block.start : block.end].split("\n")):
            found += sentences_in(line, start, index, item)
            start += len(line) + 1
    return found
