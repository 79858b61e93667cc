"""False pairs made from a corpus: sentences of elsewhere and off topic, which nobody writes down as examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from index.retriever import IndexVersion

_LONG = 6
"""Words of a sentence that says something by itself."""
_STRIDE = 4
_SAME = 0.97
_FAR = 37
"""How many sentences further the unrelated one stands."""


def false_variations(index: IndexVersion) -> list[tuple[str, str]]:
    """Sentences with a quote that does not carry them, always the same ones for an index version.

    The quote is the nearest sentence of another unit, an unrelated one, one for an off-topic message; or the sentence is two
    in one of which the quote is only the first.
    """
    rows = [row for row in index.rows("sentence") if len(index.entries[row].text.split()) >= _LONG]
    texts = [index.entries[row].text for row in rows]
    homes = [index.entries[row].locator for row in rows]
    near = index.vectors[rows] @ index.vectors[rows].T
    found: list[tuple[str, str]] = []
    for at in range(0, len(texts), _STRIDE):
        allowed = np.array([home != homes[at] for home in homes]) & (near[at] < _SAME)
        if not allowed.any():
            continue
        nearest, far = int(np.where(allowed, near[at], -1).argmax()), (at + _FAR) % len(texts)
        found.append((texts[at], texts[nearest]))
        if allowed[far]:
            found += [(texts[at], texts[far]), (f"{texts[at].rstrip('.')}, {texts[far][0].lower()}{texts[far][1:]}", texts[at])]
    off_topic = [index.entries[row].text for row in index.rows("off_topic")][:: 2 * _STRIDE]
    return found + [(text, texts[at * _FAR % len(texts)]) for at, text in enumerate(off_topic[: len(texts) // _STRIDE])]
