"""``report.md``: what was read, what is doubtful page by page, what was left out, and what an earlier edition had."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.editions import Carried
from corpus.markdown import Document
from corpus.publication import Publication
from corpus.readers.reading import Reading, Reason
from corpus.wording import words

_MOST = 200
"""Lines of a list before it is cut."""
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a reading comes from. ``url`` is None for a file that was not fetched."""

    file: str
    sha256: str
    date: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """All that a report tells of. ``guessed`` are fields of ``publication.toml``."""

    title: str
    reading: Reading
    document: Document
    notes: int
    origin: Origin
    guessed: tuple[str, ...] = ()
    old: Publication | None = None
    carried: Carried | None = None


def report_of(told: Told, language: str) -> str:
    """The whole file."""
    said = words(language, "report")
    blocks = [said["title"].format(title=told.title), "\n".join(_facts(told, said))]
    blocks += [said["doubts"], _list(_doubts(told.reading, said, language), said) or said["no_doubts"]]
    if told.reading.left_out:
        blocks += [said["left_out"], _list(_left_out(told.reading, said), said)]
    if told.old and told.carried:
        blocks += [said["edition"].format(old=told.old.id), *_edition(told.document, told.old, told.carried, said)]
    blocks += [said["units"], _list(_units(told.document, said), said), said["next"]]
    return "\n\n".join(blocks) + "\n"


def _list(lines: Iterator[str], said: dict[str, str]) -> str:
    found = list(lines)
    more = [said["and_more"].format(count=len(found) - _MOST)] if len(found) > _MOST else []
    return "\n".join([*found[:_MOST], *more])


def _facts(told: Told, said: dict[str, str]) -> Iterator[str]:
    origin = told.origin
    yield said["origin"].format(date=origin.date, file=origin.file, kind=told.reading.kind, sha256=origin.sha256)
    if origin.url:
        yield said["address"].format(url=origin.url)
    lowest = min((note.confidence for note in told.reading.notes), default=1.0)
    yield said["facts"].format(units=len(told.document.units), notes=told.notes, pages=len(told.reading.notes), lowest=lowest)
    if told.guessed:
        yield said["guessed"].format(fields=", ".join(told.guessed))


def _doubts(reading: Reading, said: dict[str, str], language: str) -> Iterator[str]:
    for note in reading.notes:
        for reason in note.reasons:
            yield said["doubt"].format(page=note.page, confidence=note.confidence, reason=reason_text(reason, language))


def reason_text(reason: Reason, language: str) -> str:
    """A reason as a sentence."""
    pattern: str = words(language, "reasons")[reason.code]
    return pattern.format(detail=reason.detail).strip()


def _left_out(reading: Reading, said: dict[str, str]) -> Iterator[str]:
    # Running heads come back on every page: each is told once, with the pages it stood on.
    pages: dict[tuple[str, str], list[str]] = {}
    for part in reading.left_out:
        text = part.text if len(part.text) <= _SHOWN else part.text[:_SHOWN] + " …"
        text = re.sub(r"\d+", "#", text) if part.code == "furniture" else text
        pages.setdefault((part.code, text), []).append(part.page)
    for (code, text), found in pages.items():
        page = found[0] if len(found) == 1 else f"{found[0]} … {found[-1]} ({len(found)}×)"
        yield said["left_line"].format(page=page, code=said[code], text=text)


def _units(document: Document, said: dict[str, str]) -> Iterator[str]:
    for unit in document.units:
        yield said["unit"].format(id=unit.id, title=unit.title, page=unit.page, words=len(unit.text.split()))


def _edition(document: Document, old: Publication, carried: Carried, said: dict[str, str]) -> Iterator[str]:
    ids = {unit.id: unit for unit in document.units}
    yield said["paired"].format(count=len(ids.keys() & old.by_id.keys()))
    changed = [said["new_unit"].format(id=uid, title=unit.title) for uid, unit in ids.items() if uid not in old.by_id]
    changed += [said["gone_unit"].format(id=uid, title=unit.title) for uid, unit in old.by_id.items() if uid not in ids]
    if changed:
        yield _list(iter(changed), said)
    yield said["bank"].format(kept=len(carried.questions), lost=len(carried.lost), gaps=len(carried.gaps))
    if carried.lost:
        yield _list((said["lost"].format(question=row.question, unit=row.unit) for row in carried.lost), said)
