"""Lines in reading order to passages: headings, paragraphs and lists, which may go on in the next column or sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from corpus.readers.pdf.columns import Block, Column, columns_of
from corpus.readers.pdf.headings import Headings, style_of
from corpus.readers.pdf.lines import BULLETS, Line
from corpus.readers.reading import Mark, Passage, PassageKind
from corpus.repair import SOFT_HYPHEN, Mender

_ENDED = re.compile(r"[.!?:;…][’”\"')\]]*$")
_ITEM = re.compile(rf"^(?:([{re.escape(BULLETS)}\ue000-\uf8ff])|(\d{{1,3}}|[a-z]|[ivx]{{1,4}})[.)])(?:\s+|$)(?=\S|$)")
_FIRST = frozenset({"1", "a", "i"})
_WORDS = 35
"""Words of the longest heading; more of them in large type are a quotation that the layout lifts out."""


@dataclass(slots=True)
class _Open:
    """A passage that may go on."""

    kind: PassageKind
    lines: list[list[Line]]
    leads: list[str] = field(default_factory=list)
    level: int = 0

    @property
    def last(self) -> Line:
        return self.lines[-1][-1]

    @property
    def first(self) -> Line:
        return self.lines[0][0]


class Passages:
    """Takes columns in reading order; ``found`` is what they hold.

    Args:
        headings: tells headings from running text.
        mender: joins the lines.
        pages: sheet -> printed page.

    The labels of marks are ``<label>@<sheet>``: which notes they refer to is known later.
    """

    def __init__(self, headings: Headings, mender: Mender, pages: dict[int, str]) -> None:
        self.found: list[Passage] = []
        self._headings = headings
        self._mender = mender
        self._pages = pages
        self._open: _Open | None = None
        self._waiting: list[Passage] = []

    def take(self, column: Column, sheet: int) -> None:
        """Read one column of a sheet."""
        lines = [block.line for block in column.blocks if block.line]
        edges = _Edges.of(lines)
        above: Line | None = None
        for number, block in enumerate(column.blocks):
            if block.line is None:
                self._aside(block, sheet)
                above = None
                continue
            below = next((each.line for each in column.blocks[number + 1 :] if each.line), None)
            self._line(block.line, above, below, edges)
            above = block.line

    def end(self) -> list[Passage]:
        """All passages, when the last column has been read."""
        self._flush()
        return self.found

    def _aside(self, block: Block, sheet: int) -> None:
        """A box or table: a sentence that it interrupts is ended first."""
        if self._open and (self._open.kind == "heading" or _ENDED.search(self._open.last.text)):
            self._flush()
        passages: list[Passage] = []
        if block.table:
            passages.append(Passage("table", block.table, self._pages[sheet]))
        elif block.inside:
            inner = Passages(self._headings, self._mender, self._pages)
            for column in columns_of([Block.of(line) for line in block.inside]):
                inner.take(column, sheet)
            passages = [replace(passage, box=block.box) for passage in inner.end()]
        if self._open:
            self._waiting += passages
        else:
            self.found += passages

    def _line(self, line: Line, above: Line | None, below: Line | None, edges: _Edges) -> None:
        body = self._headings.body
        gap = line.top - above.bottom if above else None
        apart = gap is None or gap > (body.gap + 0.25) * max(body.size, line.size)
        if self._headings.is_heading(line, apart or self._after_heading(above)):
            self._heading(line, gap)
            return
        item = _ITEM.match(line.text)
        if item and self._begins_item(item, apart):
            self._item(line, item)
        elif self._open and self._open.kind != "heading" and self._goes_on(line, above, below, edges, gap):
            self._open.lines[-1].append(line)
        else:
            self._start("paragraph", line)

    def _after_heading(self, above: Line | None) -> bool:
        return above is not None and self._open is not None and self._open.kind == "heading" and self._open.last is above

    def _heading(self, line: Line, gap: float | None) -> None:
        opened = self._open
        if opened and opened.kind == "heading" and opened.last.element == line.element:
            close = gap is not None and gap < 0.9 * line.size and opened.last.box == line.box
            if line.element or (close and style_of(opened.last)[:2] == style_of(line)[:2]):
                opened.lines[-1].append(line)
                return
        self._start("heading", line)

    def _begins_item(self, item: re.Match[str], apart: bool) -> bool:
        number = item.group(2)
        if not number:
            return True
        if self._open and self._open.kind == "list":
            return True
        return number in _FIRST or apart

    def _item(self, line: Line, item: re.Match[str]) -> None:
        number = item.group(2) or ""
        lead = f"{number}. " if number.isdigit() else f"{number}) " if number else f"{item.group(1)} "
        line.text = line.text[item.end() :]
        line.marks = [Mark(max(0, mark.position - item.end()), mark.label) for mark in line.marks]
        opened = self._open
        if opened and opened.kind == "list" and opened.last.box == line.box:
            opened.lines.append([line])
            opened.leads.append(lead)
        else:
            self._start("list", line)
            assert self._open is not None
            self._open.leads.append(lead)

    def _goes_on(self, line: Line, above: Line | None, below: Line | None, edges: _Edges, gap: float | None) -> bool:
        opened = self._open
        assert opened is not None
        last = opened.last
        if abs(last.size - line.size) > 0.12 * last.size or (
            last.bold != line.bold and len(last.words) > 3 and len(line.words) > 3
        ):
            return False
        if above is None or above is not last or gap is None:
            return _is_unended(last, line)
        if gap > (self._headings.body.gap + 0.45) * line.size:
            return False
        if opened.kind == "list":
            return line.x0 > edges.left + 2 or not _ENDED.search(last.text) or not _is_capital(line)
        return not edges.begins_paragraph(last, line, below)

    def _start(self, kind: PassageKind, line: Line) -> None:
        self._flush()
        self._open = _Open(kind, [[line]])

    def _flush(self) -> None:
        opened, self._open = self._open, None
        if opened:
            self.found += self._passages(opened)
        self.found += self._waiting
        self._waiting = []

    def _passages(self, opened: _Open) -> list[Passage]:
        text, marks = "", []
        kind, level = opened.kind, 0
        # One line that begins with a dash names who said what stands above it.
        lone_dash = opened.leads[:1] in (["– "], ["— "]) and len(opened.leads) == 1
        for number, lines in enumerate(opened.lines):
            lead = opened.leads[number] if opened.leads else ""
            lead = "- " if lead[:1] in BULLETS and not (lone_dash or not lead) else lead
            text += ("\n" if text else "") + lead
            part, found = text_of(lines, self._mender)
            marks += [Mark(len(text) + mark.position, mark.label) for mark in found]
            text += part
        if not text.strip("-–— \n"):
            return []
        kind = "paragraph" if lone_dash else kind
        if kind == "heading" and len(text.split()) > _WORDS:
            kind = "paragraph"
        if kind == "heading":
            level = self._headings.level(text, opened.first)
        first, last = self._pages[opened.first.sheet], self._pages[opened.last.sheet]
        return [Passage(kind, text, first if first == last else f"{first}-{last}", level, marks=tuple(marks))]


@dataclass(frozen=True, slots=True)
class _Edges:
    """Where the lines of a column begin and end, mostly."""

    left: float
    right: float

    @classmethod
    def of(cls, lines: list[Line]) -> _Edges:
        starts = sorted(line.x0 for line in lines)
        return cls(starts[len(starts) // 10] if starts else 0.0, max((line.x1 for line in lines), default=0.0))

    def begins_paragraph(self, above: Line, line: Line, below: Line | None) -> bool:
        """Whether a line begins a paragraph without a gap above it: it is indented, or the line above ends a sentence early."""
        indented = line.x0 > above.x0 + 0.7 * line.size and above.x0 < self.left + 0.3 * line.size
        hanging = below is not None and abs(below.x0 - line.x0) < 2 and below.sheet == line.sheet
        early = above.x1 < self.right - 0.25 * (self.right - self.left)
        return (indented and not hanging) or (early and bool(_ENDED.search(above.text)) and _is_capital(line))


def _is_unended(last: Line, line: Line) -> bool:
    """Whether a paragraph goes on in another column or sheet: its sentence has not ended, or the next line begins within one."""
    if last.box != line.box or not last.text or not line.text:
        return False
    return not _ENDED.search(last.text) or line.text[0].islower()


def _is_capital(line: Line) -> bool:
    first = line.text.lstrip("‘“\"'(")[:1]
    return first.isupper() or first.isdigit()


def text_of(lines: list[Line], mender: Mender) -> tuple[str, list[Mark]]:
    """Lines as one text with its marks, named ``<label>@<sheet>``."""
    text, marks = "", []
    for line in lines:
        kept, glue = mender.join(text, line.text)
        text = kept + glue
        marks += [Mark(len(text) + mark.position, f"{mark.label}@{line.sheet}") for mark in line.marks]
        text += line.text
    while SOFT_HYPHEN in text:
        position = text.index(SOFT_HYPHEN)
        text = text[:position] + text[position + 1 :]
        marks = [Mark(mark.position - (mark.position > position), mark.label) for mark in marks]
    return text, marks


def boxes_joined(passages: list[Passage], mender: Mender) -> list[Passage]:
    """Boxes that a column or sheet cut in two, in one piece: the second goes on in the middle of a sentence."""
    joined: list[Passage] = []
    same: dict[int | None, int | None] = {}
    for passage in passages:
        last = joined[-1] if joined else None
        new = (
            passage.box is not None and last is not None and last.box is not None and same.get(last.box, last.box) != passage.box
        )
        if new and passage.box not in same and last is not None and _cut(last, passage):
            same[passage.box] = last.box
            joined[-1] = _one(last, passage, mender)
        else:
            joined.append(replace(passage, box=same.get(passage.box, passage.box)))
    return joined


def _cut(last: Passage, passage: Passage) -> bool:
    return last.kind == passage.kind == "paragraph" and not _ENDED.search(last.text) and not passage.text[:1].isupper()


def _one(last: Passage, passage: Passage, mender: Mender) -> Passage:
    kept, glue = mender.join(last.text, passage.text)
    start = len(kept) + len(glue)
    marks = (*last.marks, *(Mark(start + mark.position, mark.label) for mark in passage.marks))
    pages = [last.page.partition("-")[0], passage.page.rpartition("-")[2]]
    page = pages[0] if pages[0] == pages[1] else "-".join(pages)
    return replace(last, text=kept + glue + passage.text, marks=marks, page=page)
