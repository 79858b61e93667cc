"""A fetched source as a publication of the second tier: a unit a page, or a unit a section where there are no pages.

``<data>/sources/<slug>/publication.json`` holds it; its text is what the readers made of the file beside it.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus.cited import CitedWork
from corpus.errors import CorpusError, FetchError
from corpus.links import fetch_words
from corpus.publication import SECOND_TIER, Publication, in_force
from corpus.readers.reading import Passage, Reading
from corpus.unit import Block, BlockKind, Unit

FILE = "publication.json"
_BLOCKS: dict[str, BlockKind] = {"list": "list", "table": "list", "quotation": "quotation"}
_PAGED = ("pdf",)
"""Kinds of files that have pages."""
_HEADING_WORDS = 6


def publication_of(work: CitedWork, reading: Reading, url: str, fetched: str) -> Publication:
    """The text of a work.

    Args:
        url: the link that it was fetched from; ``fetched``: the date, ``YYYY-MM-DD``.

    Raises:
        FetchError: the file holds no text.
    """
    paged = reading.kind in _PAGED
    cut = _pages if paged else _sections
    units = cut(reading.passages, work.id, work.source.title)
    if not units:
        raise FetchError("fetch-empty", url=url)
    return Publication(data=_data(work, reading, url, int(fetched[:4]), paged), units=tuple(units))


def write_publication(publication: Publication, folder: Path) -> None:
    """Write it whole or not at all."""
    content = {"data": publication.data, "units": [asdict(unit) for unit in publication.units]}
    half = folder / f".{FILE}"
    half.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(half, folder / FILE)


def load_fetched(folder: Path, citing: Iterable[str]) -> list[Publication]:
    """The fetched sources of a data folder that the publications ``citing`` (their ids) cite, by id; empty when there are none.

    Raises:
        CorpusError: a file cannot be read; it names the file.
    """
    known = set(citing)
    found = [_read(file) for file in sorted(folder.glob(f"*/{FILE}"))]
    return [publication for publication in found if known & {via.partition(":")[0] for via in publication.via}]


def with_fetched(publications: Sequence[Publication], folder: Path) -> list[Publication]:
    """Publications with the texts of the sources that they cite, as far as they were fetched: what an index is built from.

    Raises:
        CorpusError: a text cannot be read, or editions replace each other in a circle.
    """
    return [*publications, *load_fetched(folder, [publication.id for publication in in_force(publications)])]


def _read(file: Path) -> Publication:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        units = [
            Unit(**{**unit, "blocks": tuple(Block(**block) for block in unit["blocks"]), "marks": ()})
            for unit in content["units"]
        ]
        return Publication(data=content["data"], units=tuple(units))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError("file-unreadable", file=file, reason=error) from error


def _data(work: CitedWork, reading: Reading, url: str, year: int, paged: bool) -> dict[str, Any]:
    """What ``publication.toml`` holds for a publication of the first tier."""
    source, patterns = work.source, fetch_words()["label"]
    names = {}
    for language in ("nl", "en"):
        pattern = patterns["dated"] if source.year else patterns[f"undated_{language}"]
        name = pattern.format(name=work.name, year=source.year or year)
        # Braces of a name are no fields of the label's pattern.
        names[language] = name.replace("{", "{{").replace("}", "}}")
    place = patterns["page" if paged else "section"]
    labels = {language: place.format(work=names[language], page="{page}", heading="{short}") for language in names}
    language = source.language or reading.language or work.publication.language
    return {
        "id": work.id,
        "tier": SECOND_TIER,
        "via": list(work.via),
        "title": source.title,
        "short_title": names["nl"].replace("{{", "{").replace("}}", "}"),
        "publisher": source.publisher or ", ".join(source.authors) or work.name,
        "year": source.year or year,
        "language": language,
        "url": url,
        "labels": [{"unit": ".+", language: labels["nl"], **labels}],
        "words": {"time": list(work.publication.data["words"].get("time", []))},
    }


def _pages(passages: Iterable[Passage], publication: str, title: str) -> list[Unit]:
    by_page: dict[str, list[Passage]] = {}
    for passage in passages:
        by_page.setdefault(passage.page, []).append(passage)
    ids: set[str] = set()
    return [_unit(publication, _free(f"p-{_plain(page)}", ids), title, page, found) for page, found in by_page.items()]


def _sections(passages: Iterable[Passage], publication: str, title: str) -> list[Unit]:
    sections: list[tuple[str, list[Passage]]] = [(title, [])]
    for passage in passages:
        if passage.kind == "heading":
            sections.append((passage.text, []))
        else:
            sections[-1][1].append(passage)
    ids: set[str] = set()
    return [
        _unit(publication, _free("-".join(_plain(head).split("-")[:_HEADING_WORDS]), ids), head, "", found)
        for head, found in sections
        if any(passage.text.strip() for passage in found)
    ]


def _unit(publication: str, uid: str, title: str, page: str, passages: Iterable[Passage]) -> Unit:
    text, blocks = "", []
    for passage in passages:
        written = f"{passage.label} {passage.text}" if passage.label else passage.text
        # A quote runs over lines only where it is a list.
        lines = [" ".join(line.split()) for line in written.split("\n") if line.strip()]
        kind = _BLOCKS.get(passage.kind, "paragraph")
        if lines:
            text += "\n\n" if text else ""
            start = len(text)
            text += ("\n" if kind == "list" else " ").join(lines)
            blocks.append(Block(kind, start, len(text)))
    return Unit(publication, uid, title, False, text, page, tuple(blocks))


def _free(uid: str, taken: set[str]) -> str:
    number, free = 1, uid
    while free in taken:
        number += 1
        free = f"{uid}-{number}"
    taken.add(free)
    return free


def _plain(text: str) -> str:
    """Letters and digits as an id."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain)) or "x"
