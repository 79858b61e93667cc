"""The unit: the smallest piece of a publication that can be cited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from corpus.locator import Locator

BlockKind = Literal["paragraph", "list", "quotation"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list or quotation of a unit.

    ``start`` and ``end`` are character positions in ``Unit.text``; the lines of a list are separated by one newline.
    """

    kind: BlockKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FootnoteMark:
    """A footnote's mark: it stands just before ``Unit.text[position]``; ``unit`` is the footnote's unit id."""

    position: int
    unit: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One citable piece.

    Attributes:
        publication: id of its publication.
        id: its id within the publication.
        title: the heading as printed, or our words for it where ``title_printed`` is false.
        text: the body: no heading, no footnote marks, list numbers kept; blocks are separated by an empty line.
            Empty for a unit that is only a heading.
        page: the printed page, ``"13-14"`` for a range.
        blocks: where the paragraphs and lists of ``text`` stand, in order.
        marks: the footnote marks, in order.
        parent: id of the unit whose heading stands above this one; None at the top.
        group: heading of the printed group it stands under; None outside groups.
    """

    publication: str
    id: str
    title: str
    title_printed: bool
    text: str
    page: str
    blocks: tuple[Block, ...] = ()
    marks: tuple[FootnoteMark, ...] = ()
    parent: str | None = None
    group: str | None = None

    @property
    def locator(self) -> Locator:
        """Its address, ``publication:unit``."""
        return Locator(self.publication, self.id)

    @property
    def footnotes(self) -> tuple[str, ...]:
        """Unit ids of its footnotes, in the order of their marks."""
        return tuple(dict.fromkeys(mark.unit for mark in self.marks))

    @property
    def pages(self) -> tuple[int, int]:
        """First and last printed page; 0 for one that is not numbered in digits ("iv")."""
        first, _, last = self.page.partition("-")
        return (int(first) if first.isdigit() else 0), (int(last or first) if (last or first).isdigit() else 0)
