"""Footnotes at the foot of a column or at the end of the text, and their marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from corpus.readers.pdf.columns import Block, Column
from corpus.readers.pdf.lines import LABEL, Line
from corpus.readers.pdf.sheet import Sheet, Type
from corpus.readers.reading import Mark

_SMALL = 0.94
"""Size, in sizes of the running text, up to which a line may be of a footnote."""
_LONE = 0.8
_LEAD = re.compile(r"^[\[(]?(\d{1,3}|[*†‡§]{1,3})[\])]?[.:]?\s+(?=\S)")


@dataclass(slots=True)
class Note:
    """A footnote: its printed label, where it stands, its lines without the label."""

    label: str
    sheet: int
    lines: list[Line]
    name: str = field(default="")

    def __post_init__(self) -> None:
        self.name = self.label


def rejoin_marks(sheet: Sheet, body: Type) -> None:
    """Give a mark that stands alone at the beginning of a row, since its line was full, back to the line above it."""
    for line in list(sheet.lines):
        label = LABEL.match(line.text) if line.size < _LONE * body.size else None
        above = [
            other
            for other in sheet.lines
            if other.size > line.size and other.x0 - 2 <= line.x0 <= other.x1 and 0 <= line.top - other.bottom < body.size
        ]
        if label and above:
            last = max(above, key=lambda other: other.bottom)
            last.marks.append(Mark(len(last.text), label.group(1)))
            sheet.drop([line])


def notes_of(columns: list[Column], body: Type, known: set[str], open_note: Note | None) -> list[Note]:
    """The footnotes of one sheet; their lines are taken out of its columns.

    Args:
        known: labels of marks in the running text so far.
        open_note: the last note of the sheet before: small lines above the first label go on with it.
    """
    found: list[Note] = []
    for column in columns:
        small = _foot(column, body)
        taken = _divide(small, known | {mark.label for mark in _marks(column)}, open_note if not found else found[-1])
        found += taken
        used = {id(line) for note in [*found, *([open_note] if open_note else [])] for line in note.lines}
        column.blocks = [block for block in column.blocks if id(block.line) not in used]
        found += _raised(column, body)
    return found


def _marks(column: Column) -> Iterator[Mark]:
    for block in column.blocks:
        for line in [block.line] if block.line else block.inside:
            yield from line.marks


def _foot(column: Column, body: Type) -> list[Line]:
    """The small lines at the end of a column."""
    small: list[Line] = []
    for block in reversed(column.blocks):
        if block.line is None or block.line.size > _SMALL * body.size or block.line.role:
            break
        small.insert(0, block.line)
    return small


def _divide(small: list[Line], known: set[str], before: Note | None) -> list[Note]:
    found: list[Note] = []
    current: Note | None = None
    gone = False
    for line in small:
        label = _label(line, known, found)
        if label is not None:
            current = Note(label, line.sheet, [line])
            found.append(current)
        elif current is not None:
            current.lines.append(line)
        elif before is not None and not gone and _goes_on(before, line):
            before.lines.append(line)
        else:
            gone = True
    return found


def _label(line: Line, known: set[str], found: list[Note]) -> str | None:
    """The label that a line begins with, which is taken off it; None for a line that begins no note."""
    if line.marks and line.marks[0].position == 0 and line.text:
        return line.marks.pop(0).label
    lead = _LEAD.match(line.text)
    if not lead:
        return None
    label = lead.group(1)
    follows = bool(found) and found[-1].label.isdigit() and label.isdigit() and int(label) == int(found[-1].label) + 1
    if label not in known and not follows:
        return None
    line.text = line.text[lead.end() :]
    line.marks = [Mark(max(0, mark.position - lead.end()), mark.label) for mark in line.marks]
    return label


def _goes_on(note: Note, line: Line) -> bool:
    """Whether a small line at the head of a foot goes on with the note of the sheet before."""
    last = note.lines[-1]
    return (
        abs(last.size - line.size) < 0.5
        and not last.text.endswith((".", "!", "?", "”", "’"))
        and 0 <= line.sheet - last.sheet <= 1
    )


def _raised(column: Column, body: Type) -> list[Note]:
    """Notes of any size: a raised label at the beginning of a line, and what follows until a gap."""
    found: list[Note] = []
    kept: list[Block] = []
    current: Note | None = None
    for block in column.blocks:
        line = block.line
        if line is not None and line.marks and line.marks[0].position == 0 and len(line.text) > 1 and not line.role:
            current = Note(line.marks.pop(0).label, line.sheet, [line])
            found.append(current)
        elif current is not None and line is not None and _follows(current.lines[-1], line, body):
            current.lines.append(line)
        else:
            current = None
            kept.append(block)
    column.blocks = kept
    return found


def _follows(last: Line, line: Line, body: Type) -> bool:
    return abs(last.size - line.size) < 0.5 and line.top - last.bottom < (body.gap + 0.35) * body.size and not line.role


def name_all(notes: list[Note], pages: dict[int, str]) -> None:
    """Give each note a name of its own: its label, with its page where a label comes back."""
    seen: set[str] = set()
    for note in notes:
        name = note.label if note.label not in seen else f"{note.label}-p{pages[note.sheet]}"
        number = 2
        while name in seen:
            name, number = f"{note.label}-p{pages[note.sheet]}-{number}", number + 1
        seen.add(name)
        note.name = name


def note_for(label: str, sheet: int, notes: list[Note]) -> str | None:
    """The name of the note that a mark on a sheet refers to: on the same sheet, else the next one after it; None for no note."""
    same = [note for note in notes if note.label == label]
    best = min(same, key=lambda note: (note.sheet < sheet, abs(note.sheet - sheet)), default=None)
    return best.name if best and best.sheet >= sheet - 1 else None
