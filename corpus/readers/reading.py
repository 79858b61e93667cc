"""What a reader gives back: passages in reading order, what was left out, and what is doubtful, page by page.

It crosses the process boundary as JSON: ``Reading.from_json(reading.to_json()) == reading``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from math import prod
from typing import Any, Literal

PassageKind = Literal["heading", "paragraph", "list", "quotation", "table", "footnote"]
FileKind = Literal["pdf", "docx", "html", "markdown", "text"]

NO_PAGE = "1"
"""The page of everything in a file that has no pages."""

_DOUBT = {
    "scanned": 1.0,
    "blank": 0.0,
    "unreadable": 0.5,
    "encoding": 0.3,
    "hidden": 0.2,
    "rotated": 0.2,
    "note-without-mark": 0.2,
    "instruction": 0.2,
    "repeated": 0.15,
    "table": 0.1,
    "columns": 0.05,
    "mended": 0.05,
    "page-numbers": 0.05,
    "wrong-extension": 0.05,
}
"""By how much each reason lowers the confidence in a page (0: it is only worth telling)."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A footnote's mark: it stands just before ``Passage.text[position]`` and refers to the note with this label."""

    position: int
    label: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One heading, paragraph, list, quotation, table or footnote.

    Attributes:
        text: without footnote marks. The items of a list and the rows of a table are lines; an item begins with "- " or its
            number ("2. "), the cells of a row are separated by " | ".
        page: printed page, ``"13-14"`` for a range; the sheet's number where none is printed; ``NO_PAGE`` without pages.
        level: 1 (highest) to 6 for a heading, else 0.
        label: of a footnote, as printed, unique in the reading; None for every other kind.
        marks: in the order of their positions.
        box: number of the box (frame, text box, aside) that it stands in; None outside boxes.
    """

    kind: PassageKind
    text: str
    page: str = NO_PAGE
    level: int = 0
    label: str | None = None
    marks: tuple[Mark, ...] = ()
    box: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a page is doubtful: ``code`` is a key of ``[reasons]`` in ``prompts/adding.toml``, ``detail`` the words in question."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PageNote:
    """How well a page was read. ``sheet`` counts from 1; ``page`` is what is printed on it, else the same number."""

    sheet: int
    page: str
    reasons: tuple[Reason, ...] = ()

    @property
    def confidence(self) -> float:
        """0 (nothing was read) to 1 (nothing is doubtful)."""
        return round(prod(1 - _DOUBT[code] for code in {reason.code for reason in self.reasons}), 2)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Text that no passage holds: ``code`` is furniture (running heads, page numbers), repeated, hidden or contents."""

    code: str
    page: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A file, read.

    Attributes:
        title, author, year, language: as the file itself says; None where it does not.
        curated: the whole text of a file in our own curated Markdown, to be taken over as it is; None for any other file.
        notes: one per page, in order.
    """

    kind: FileKind
    passages: tuple[Passage, ...]
    notes: tuple[PageNote, ...]
    left_out: tuple[LeftOut, ...] = ()
    title: str | None = None
    author: str | None = None
    year: int | None = None
    language: str | None = None
    curated: str | None = None

    def with_reasons(self, found: Iterable[tuple[str, Reason]]) -> Reading:
        """The same reading with further reasons, each with the page it belongs to (its first page, for a range)."""
        more: dict[str, list[Reason]] = {}
        for page, reason in found:
            more.setdefault(page.partition("-")[0], []).append(reason)
        first = self.notes[0].page if self.notes else NO_PAGE
        known = {note.page for note in self.notes}
        for page in more.keys() - known:
            more.setdefault(first, []).extend(more.pop(page))
        notes = [replace(note, reasons=(*note.reasons, *more.pop(note.page, []))) for note in self.notes]
        return replace(self, notes=tuple(notes))

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Reading:
        """The way back.

        Raises:
            ValueError, KeyError, TypeError: not what ``to_json`` writes.
        """
        data: dict[str, Any] = json.loads(text)
        data["passages"] = tuple(
            Passage(**{**passage, "marks": tuple(Mark(**mark) for mark in passage["marks"])}) for passage in data["passages"]
        )
        data["notes"] = tuple(
            PageNote(**{**note, "reasons": tuple(Reason(**reason) for reason in note["reasons"])}) for note in data["notes"]
        )
        data["left_out"] = tuple(LeftOut(**part) for part in data["left_out"])
        return cls(**data)
