"""What differs between two sets of publications: units added, removed and changed word by word, and the counts around them.

Only data: ``assistant/differences.py`` says it in the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from corpus.publication import Corpus, Publication
from corpus.unit import Unit

COUNTED = ("units", "bank", "gaps", "sources")
"""What of a publication is counted."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both have, or one of them."""

    kind: Literal["kept", "removed", "added"]
    text: str


Pieces = tuple[Piece, ...]
"""Joined without the added ones they are the earlier text, without the removed ones the later text."""


@dataclass(frozen=True)
class UnitChange:
    """A unit that is not the same in both.

    Attributes:
        before, after: its locator on each side; None where it is not.
        parts: what differs of ``title``, ``page``, ``group``, ``text`` and ``footnotes``; of a unit on one side only, all it has.
    """

    kind: Literal["added", "removed", "changed"]
    before: str | None
    after: str | None
    parts: Mapping[str, Pieces]


@dataclass(frozen=True)
class PublicationChange:
    """A publication, or an edition and the one that replaces it.

    Attributes:
        before, after: its id on each side; None where it is not.
        counts: of everything in ``COUNTED``, before and after.
    """

    before: str | None
    after: str | None
    counts: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Difference:
    """Everything that differs; ``publications`` are all of both sides, ``units`` only those that are not the same."""

    publications: tuple[PublicationChange, ...]
    units: tuple[UnitChange, ...]


def compare_publications(before: Iterable[Publication], after: Iterable[Publication]) -> Difference:
    """Compare two sets of publications.

    A publication is compared with the one of the same id, else with the edition that it replaces; then units are paired by id.
    """
    earlier, later = Corpus(before), Corpus(after)
    pairs = paired(earlier, later)
    publications: list[PublicationChange] = []
    units: list[UnitChange] = []
    for uid, publication in later.publications.items():
        old = earlier.publications.get(pairs.get(uid, ""))
        publications.append(_counted(old, publication))
        units += _units(old, publication)
    for uid, publication in earlier.publications.items():
        if uid not in pairs.values():
            publications.append(_counted(publication, None))
            units += _units(publication, None)
    return Difference(tuple(publications), tuple(units))


def paired(before: Corpus, after: Corpus) -> dict[str, str]:
    """Id of a later publication -> id of the earlier one that it is compared with."""
    found = {}
    for uid, publication in after.publications.items():
        if uid in before.publications:
            found[uid] = uid
        elif publication.replaces in before.publications and publication.replaces not in after.publications:
            found[uid] = str(publication.replaces)
    return found


def pieces(before: str, after: str) -> Pieces:
    """Two texts word by word, white space included.

    >>> [(piece.kind, piece.text) for piece in pieces("de oude tekst", "de nieuwe tekst")]
    [('kept', 'de '), ('removed', 'oude'), ('added', 'nieuwe'), ('kept', ' tekst')]
    """
    old, new = _tokens(before), _tokens(after)
    found: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("kept", "".join(old[i:j])))
            continue
        found += [Piece("removed", "".join(old[i:j]))] if j > i else []
        found += [Piece("added", "".join(new[k:m]))] if m > k else []
    return tuple(found)


def _tokens(text: str) -> list[str]:
    return re.findall(r"\s+|\S+", text)


def _units(before: Publication | None, after: Publication | None) -> list[UnitChange]:
    """In the order of the later publication, then what is gone."""
    old, new = (publication.by_id if publication else {} for publication in (before, after))
    changes = [_change(old.get(uid), unit) for uid, unit in new.items()]
    changes += [_change(unit, None) for uid, unit in old.items() if uid not in new]
    return [change for change in changes if change is not None]


def _change(before: Unit | None, after: Unit | None) -> UnitChange | None:
    """How a unit differs; None when it does not."""
    old, new = _parts(before), _parts(after)
    parts = {name: pieces(old[name], new[name]) for name in old if old[name] != new[name]}
    if not parts and before and after:
        return None
    kind: Literal["added", "removed", "changed"] = "changed" if before and after else "added" if after else "removed"
    return UnitChange(kind, str(before.locator) if before else None, str(after.locator) if after else None, parts)


def _parts(unit: Unit | None) -> dict[str, str]:
    if unit is None:
        return dict.fromkeys(("title", "page", "group", "text", "footnotes"), "")
    notes = " ".join(f"{mark.unit}@{mark.position}" for mark in unit.marks)
    return {"title": unit.title, "page": unit.page, "group": unit.group or "", "text": unit.text, "footnotes": notes}


def _counted(before: Publication | None, after: Publication | None) -> PublicationChange:
    counts = {name: (_count(before, name), _count(after, name)) for name in COUNTED}
    return PublicationChange(before.id if before else None, after.id if after else None, counts)


def _count(publication: Publication | None, name: str) -> int:
    counted: Sequence[object] = getattr(publication, name) if publication else ()
    return len(counted)
