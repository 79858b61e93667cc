"""The guidance grown to any size, with the vectors it would have: what scale is measured on.

Copies of a publication in which words have changed places with others of their length, so that each text is a text of its own
and the vocabulary stays that of the guidance. A vector of a copy is one of the same unit with noise added: search has as much to
tell apart as in so many editions, and nobody waits an hour for their embedding.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np

from corpus.publication import Publication
from corpus.unit import Block, Unit
from index.chunking import Entry, entries_of
from index.partial import PartialVectors
from index.shipped import key_of, shipped_vectors
from index.versions import DataFolder

_WORD = re.compile(r"\b[a-zà-ÿ]{5,}\b")
_CHANGED = 0.25
"""Share of these words that change places."""
_NOISE = 0.25
"""Length of the noise beside a vector's length of one: a cosine of about 0.97, as between a sentence and a rewording."""


def grown(base: Publication, chunks: int) -> list[Publication]:
    """The publication itself and copies of it without bank or sources, until they have so many chunks or a few more."""
    chance = Random(chunks)
    words = defaultdict(list)
    for word in (word for unit in base.units for word in _WORD.findall(unit.text)):
        words[len(word)].append(word)
    made, have = [base], _chunks(base)
    while have < chunks:
        copy, added = _copy(base, len(made), words, chance, chunks - have)
        made.append(copy)
        have += added
    return made


def with_page(publications: Sequence[Publication], text: str) -> list[Publication]:
    """The publications with a unit more in the first one: a page of one paragraph."""
    first = publications[0]
    page = Unit(first.id, "page-more", "Page", False, text, "99", (Block("paragraph", 0, len(text)),))
    return [replace(first, units=(*first.units, page)), *publications[1:]]


def keep_vectors(data: DataFolder, publications: Sequence[Publication], model: str) -> int:
    """Leave the vectors of grown publications where a killed build would have left them; gives their number."""
    data.prepare()
    base, noise = publications[0], np.random.default_rng(len(publications))
    shipped = shipped_vectors([base], model)
    rows = defaultdict(list)
    for entry in entries_of(base):
        rows[entry.kind, _unit(entry)].append(shipped[key_of(entry, model)])
    kept = set()
    with PartialVectors.open(data.partial) as partial:
        for entry in (entry for publication in publications[1:] for entry in entries_of(publication)):
            if (key := key_of(entry, model)) not in kept:
                kept.add(key)
                near = rows[entry.kind, _unit(entry)]
                row = near[len(kept) % len(near)] + noise.normal(0, _NOISE / len(near[0]) ** 0.5, len(near[0]))
                partial.add(key, (row / np.linalg.norm(row)).astype(np.float16).astype(np.float32))
    return len(kept)


def _copy(base: Publication, number: int, words: dict[int, list[str]], chance: Random, wanted: int) -> tuple[Publication, int]:
    uid = f"{base.id}-{number}"
    units: list[Unit] = []
    data = base.data | {"id": uid, "short_title": f"{base.data['short_title']} {number}"}
    for unit in base.units:
        if wanted <= 0:
            break
        text = _WORD.sub(lambda found: chance.choice(words[len(found[0])]) if chance.random() < _CHANGED else found[0], unit.text)
        units.append(replace(unit, publication=uid, text=text, marks=()))
        wanted -= _chunks(Publication(data, (units[-1],)))
    copy = Publication(data, tuple(units), base.groups)
    return copy, _chunks(copy)


def _chunks(publication: Publication) -> int:
    return sum(entry.kind == "chunk" for entry in entries_of(publication))


def _unit(entry: Entry) -> str:
    return entry.locator.partition(":")[2]
