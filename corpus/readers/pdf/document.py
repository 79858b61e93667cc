"""A PDF from beginning to end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus.errors import ReadingError
from corpus.readers.limits import Limits
from corpus.readers.pdf.columns import Column, columns_of
from corpus.readers.pdf.furniture import take_away
from corpus.readers.pdf.headings import Headings
from corpus.readers.pdf.letters import Word, words_of
from corpus.readers.pdf.lines import Line, lines_of
from corpus.readers.pdf.notes import Note, name_all, note_for, notes_of, rejoin_marks
from corpus.readers.pdf.opened import Opened, open_pdf
from corpus.readers.pdf.passages import Passages, boxes_joined, text_of
from corpus.readers.pdf.shapes import boxes_of, tables_of
from corpus.readers.pdf.sheet import Sheet, type_of
from corpus.readers.reading import LeftOut, Mark, PageNote, Passage, Reading, Reason
from corpus.repair import UNREADABLE, Mender, clean, letters, one_line

_UNREADABLE_SHARE = 0.01
_LEADER = re.compile(r"(?:\.\s?){4,}\s*[ivxlc\d]+$|(?:\.\s?){6,}$", re.I)
_ENTRIES = 4
_COLUMNS_FROM = 3
"""Lines that a column has at least to be told of."""


def read_pdf(file: Path, limits: Limits) -> Reading:
    """Read a PDF.

    Raises:
        ReadingError: damaged, encrypted, too many pages, or pictures of text only.
    """
    opened = open_pdf(file, limits)
    sheets = list(_sheets(file, opened))
    if not any(sheet.all_lines or sheet.tables for sheet in sheets):
        scanned = any(reason.code == "scanned" for sheet in sheets for reason in sheet.reasons)
        raise ReadingError("reading-scanned" if scanned else "reading-no-text", file=file.name)
    return _Reader(sheets, opened).reading()


def _sheets(file: Path, opened: Opened) -> Iterable[Sheet]:
    import pdfplumber
    from pdfminer.pdfexceptions import PDFException
    from pdfminer.psexceptions import PSException
    from pdfplumber.utils.exceptions import PdfminerException

    boxes = 0
    try:
        with pdfplumber.open(file) as pdf:
            for number, page in enumerate(pdf.pages, 1):
                sheet = _sheet(page, number, opened, boxes)
                boxes += len(sheet.boxes)
                page.close()
                yield sheet
    except (PDFException, PSException, PdfminerException) as error:
        raise ReadingError("reading-damaged", file=file.name, reason=str(error)[:200] or type(error).__name__) from error


def _sheet(page: Any, number: int, opened: Opened, boxes: int) -> Sheet:
    written = words_of(page)
    words = written.words
    tables = tables_of(page)
    free = [word for word in words if not any(table.holds(word) for table in tables)]
    sheet = Sheet(number, float(page.height), [], tables=tables, rotated=written.rotated)
    for box, area in enumerate(boxes_of(page, free, tables), boxes + 1):
        inside = [word for word in free if area.holds(word)]
        sheet.boxes[box] = area, _with_roles(lines_of(inside, number, box), opened)
        free = [word for word in free if not area.holds(word)]
    sheet.lines = _with_roles(lines_of(free, number), opened)
    sheet.reasons = list(_reasons(page, words, tables, written.hidden))
    sheet.left_out = [LeftOut("hidden", "", one_line(text)) for text in written.hidden]
    return sheet


def _with_roles(lines: list[Line], opened: Opened) -> list[Line]:
    for line in lines:
        roles = Counter(opened.roles.get((line.sheet, -1 if word.tag is None else word.tag), ("", 0)) for word in line.words)
        line.role, line.element = roles.most_common(1)[0][0]
    return lines


def _reasons(page: Any, words: list[Word], tables: list[Any], hidden: list[str]) -> Iterable[Reason]:
    if not words:
        yield Reason("scanned" if page.images or len(page.curves) > 50 else "blank")
    text = clean("".join(word.text for word in words))
    if text.count(UNREADABLE) > _UNREADABLE_SHARE * len(text):
        yield Reason("unreadable", str(text.count(UNREADABLE)))
    if tables:
        yield Reason("table", str(len(tables)))
    if hidden:
        yield Reason("hidden", one_line(" … ".join(hidden))[:200])


class _Reader:
    """Puts the sheets together, with the whole file known."""

    def __init__(self, sheets: list[Sheet], opened: Opened) -> None:
        self._sheets = sheets
        self._opened = opened
        self._body = type_of(sheets)
        titles = {letters(title) for title, _ in opened.outline}
        titles |= {letters(line.text) for sheet in sheets for line in sheet.lines if line.size > 1.15 * self._body.size}
        if not take_away(sheets, self._body, opened.labels, titles):
            sheets[0].reasons.append(Reason("page-numbers"))
        for sheet in sheets:
            _drop_contents(sheet)
            rejoin_marks(sheet, self._body)
        self._pages = {sheet.number: sheet.page for sheet in sheets}
        self._mender = Mender(line.text for sheet in sheets for line in sheet.all_lines)
        self._passages = Passages(Headings.of(sheets, self._body, opened.outline), self._mender, self._pages)
        self._notes: list[Note] = []

    def reading(self) -> Reading:
        known: set[str] = set()
        for sheet in self._sheets:
            known |= {mark.label for line in sheet.all_lines for mark in line.marks if mark.position}
            self._read(sheet, known)
        name_all(self._notes, self._pages)
        passages = boxes_joined([self._resolved(passage) for passage in self._passages.end()], self._mender)
        passages += [Passage("paragraph", text, sheet.page) for sheet in self._sheets for text in map(one_line, sheet.rotated)]
        passages += [self._note(note) for note in self._notes]
        notes = [PageNote(sheet.number, sheet.page, tuple(sheet.reasons)) for sheet in self._sheets]
        left_out = [replace(part, page=sheet.page) for sheet in self._sheets for part in sheet.left_out]
        about = self._opened
        return Reading(
            "pdf", tuple(passages), tuple(notes), tuple(left_out), about.title, about.author, about.year, about.language
        ).with_reasons(self._unmarked(passages))

    def _read(self, sheet: Sheet, known: set[str]) -> None:
        mended = len(self._mender.doubtful)
        columns = columns_of(sheet.blocks())
        self._notes += notes_of(columns, self._body, known, self._notes[-1] if self._notes else None)
        for column in columns:
            self._passages.take(column, sheet.number)
        if _side_by_side(columns):
            sheet.reasons.append(Reason("columns"))
        if sheet.rotated:
            sheet.reasons.append(Reason("rotated", one_line(" ".join(sheet.rotated))[:100]))
        words = self._mender.doubtful[mended:]
        if words:
            sheet.reasons.append(Reason("mended", ", ".join(words[:20])))

    def _resolved(self, passage: Passage) -> Passage:
        """The passage with its marks named; a raised sign that no note belongs to is text (an exponent, an ordinal)."""
        text, marks, moved = passage.text, [], 0
        for mark in passage.marks:
            label, _, sheet = mark.label.rpartition("@")
            name = note_for(label, int(sheet), self._notes)
            position = mark.position + moved
            if name is not None:
                marks.append(Mark(position, name))
                continue
            text = text[:position] + label + text[position:]
            moved += len(label)
        return replace(passage, text=text, marks=tuple(marks))

    def _note(self, note: Note) -> Passage:
        text, marks = text_of(note.lines, self._mender)
        for mark in reversed(marks):
            text = text[: mark.position] + mark.label.partition("@")[0] + text[mark.position :]
        return Passage("footnote", text, self._pages[note.sheet], label=note.name)

    def _unmarked(self, passages: list[Passage]) -> Iterable[tuple[str, Reason]]:
        marked = {mark.label for passage in passages for mark in passage.marks}
        for note in self._notes:
            if note.name not in marked:
                yield self._pages[note.sheet], Reason("note-without-mark", note.label)


def _drop_contents(sheet: Sheet) -> None:
    """Take a table of contents away: every title in it is a heading elsewhere, and its page numbers are of no use."""
    entries = [line for line in sheet.all_lines if _LEADER.search(line.text)]
    if len(entries) < _ENTRIES or len(entries) < 0.3 * len(sheet.all_lines):
        return
    gone = [line for line in sheet.all_lines if not line.role and line.size < 1.5 * entries[0].size]
    sheet.left_out += [LeftOut("contents", "", line.text) for line in gone]
    sheet.drop(gone)


def _side_by_side(columns: list[Column]) -> bool:
    """Whether two columns of some length stand beside each other."""
    long = [column.blocks for column in columns if len(column.blocks) >= _COLUMNS_FROM]
    for number, blocks in enumerate(long):
        for others in long[number + 1 :]:
            beside = max(b.x1 for b in blocks) < min(o.x0 for o in others)
            if beside and min(o.top for o in others) < max(b.bottom for b in blocks):
                return True
    return False
