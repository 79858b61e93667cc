"""What any reading is looked through for: passages that stand twice, and text that looks like an order to the assistant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from corpus.readers.reading import LeftOut, Passage, Reading, Reason
from corpus.repair import letters
from corpus.wording import table

_LONG = 200
"""Letters from which the second copy of a passage is left out."""
_TOLD = 80
_SHOWN = 90


def looked_through(reading: Reading) -> Reading:
    """The reading without second copies of long passages, with reasons for what is doubtful."""
    kept, repeated, reasons = _once(reading.passages)
    reasons += [(passage.page, Reason("instruction", order)) for passage in kept for order in _orders(passage.text)]
    return replace(reading, passages=tuple(kept), left_out=(*reading.left_out, *repeated)).with_reasons(reasons)


def _once(passages: tuple[Passage, ...]) -> tuple[list[Passage], list[LeftOut], list[tuple[str, Reason]]]:
    """Passages without letter-identical second copies: what is kept, what is left out, and what to tell."""
    seen: dict[str, Passage] = {}
    kept: list[Passage] = []
    repeated: list[LeftOut] = []
    reasons: list[tuple[str, Reason]] = []
    for passage in passages:
        bare = letters(passage.text)
        copy = passage.kind not in ("heading", "footnote") and bare in seen
        if copy and len(bare) >= _TOLD:
            reasons.append((passage.page, Reason("repeated", passage.text[:_SHOWN])))
        # A copy with a mark of its own is kept: its note would be lost.
        if copy and len(bare) >= _LONG and {m.label for m in passage.marks} <= {m.label for m in seen[bare].marks}:
            repeated.append(LeftOut("repeated", passage.page, passage.text))
            continue
        seen.setdefault(bare, passage)
        kept.append(passage)
    return kept, repeated, reasons


@cache
def _patterns() -> list[re.Pattern[str]]:
    return [re.compile(pattern, re.I) for pattern in table("instructions")["patterns"]]


def _orders(text: str) -> Iterator[str]:
    for pattern in _patterns():
        match = pattern.search(text)
        if match:
            yield text[max(0, match.start() - 20) : match.end() + 40]
            return
