"""``sources.toml`` of a draft: what its footnotes print of the sources they cite, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from corpus.drafting.toml import table
from corpus.publication import Publication
from corpus.unit import Unit

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"’”]*[^\s<>\"’”.,;:)\]]")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b(?!\s*[-–/]\s*\d)")
_AUTHOR_FIRST = re.compile(r"^(?P<who>[^()\d]{2,120}?)\s*\((?P<year>(?:19|20)\d\d)\)[.,:]?\s+(?P<title>[^.]{8,250})")
_QUOTED = re.compile(r"[‘“\"'](?P<title>[^’”\"]{8,250})[’”\"']")
_LONGEST = 250


def sources_toml(units: Iterable[Unit], notes: set[str], old: Publication | None) -> str:
    """The whole file: one source per footnote that prints a year or a link; "" for none.

    Args:
        notes: ids of the units that are footnotes.
        old: an earlier edition: what it says of a footnote with the same id and text is taken over.
    """
    listed = list(units)
    rows = []
    for note in (unit for unit in listed if unit.id in notes):
        cited_by = [unit.id for unit in listed if note.id in unit.footnotes]
        known = _known(note, old)
        row = {**known, "cited_by": cited_by} if known else _printed(note, cited_by)
        if row:
            rows.append(table("[[source]]", {key: said for key, said in row.items() if said}))
    return "\n".join(rows)


def _known(note: Unit, old: Publication | None) -> dict[str, Any] | None:
    source = old.source_of(note.id) if old and note.id in old.by_id and old.by_id[note.id].text == note.text else None
    return {key: list(said) if isinstance(said, tuple) else said for key, said in asdict(source).items()} if source else None


def _printed(note: Unit, cited_by: list[str]) -> dict[str, Any] | None:
    """What can be told for certain from a reference as printed; its title is all of it where nothing sets the title apart."""
    links = [link if link.startswith("http") else f"https://{link}" for link in _LINK.findall(note.text)]
    bare = " ".join(_LINK.sub("", note.text).split())
    years = _YEAR.findall(bare)
    if not links and not years:
        return None
    row: dict[str, Any] = {"id": note.id, "unit": note.id, "title": bare[:_LONGEST].strip() or note.title}
    author, quoted = _AUTHOR_FIRST.match(bare), _QUOTED.search(bare)
    if author:
        row |= {"authors": [author["who"].strip(" ,")], "title": author["title"].strip()}
    elif quoted:
        row["title"] = quoted["title"].strip()
    row |= {"year": int(author["year"] if author else years[-1]) if years else None, "links": list(dict.fromkeys(links))}
    return row | {"cited_by": cited_by}
