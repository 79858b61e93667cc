"""One sheet of a PDF, and what is known of the whole file's type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from corpus.readers.pdf.columns import Block
from corpus.readers.pdf.lines import Line
from corpus.readers.pdf.shapes import Area
from corpus.readers.reading import LeftOut, Reason


@dataclass(slots=True)
class Sheet:
    """Attributes:
    number: from 1.
    page: as printed; the number until that is known.
    lines: outside boxes and tables.
    boxes: box number -> (where, its lines).
    """

    number: int
    height: float
    lines: list[Line]
    boxes: dict[int, tuple[Area, list[Line]]] = field(default_factory=dict)
    tables: list[Area] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    rotated: list[str] = field(default_factory=list)
    page: str = ""

    @property
    def all_lines(self) -> list[Line]:
        return [*self.lines, *(line for _, lines in self.boxes.values() for line in lines)]

    def drop(self, dropped: Iterable[Line]) -> None:
        """Take lines away."""
        gone = set(map(id, dropped))
        self.lines = [line for line in self.lines if id(line) not in gone]
        for number, (area, lines) in list(self.boxes.items()):
            kept = [line for line in lines if id(line) not in gone]
            self.boxes[number] = area, kept
            if not kept:
                del self.boxes[number]

    def blocks(self) -> list[Block]:
        """Everything on the sheet that has a place in the order of reading."""
        blocks = [Block.of(line) for line in self.lines]
        for number, (area, lines) in self.boxes.items():
            blocks.append(Block(area.x0, area.x1, area.top, area.bottom, inside=lines, box=number))
        for table in self.tables:
            blocks.append(Block(table.x0, table.x1, table.top, table.bottom, table="\n".join(table.rows)))
        return blocks


@dataclass(frozen=True, slots=True)
class Type:
    """The type of the running text: size in points, whether it is bold, the gap between two of its lines in font sizes."""

    size: float
    bold: bool
    gap: float


def type_of(sheets: list[Sheet]) -> Type:
    """What most letters of a file are set in."""
    sizes: Counter[float] = Counter()
    for sheet in sheets:
        for line in sheet.lines or sheet.all_lines:
            sizes[line.size] += len(line.text)
    size = max(sizes, key=lambda each: sizes[each], default=10.0)
    body = [line for sheet in sheets for line in sheet.all_lines if line.size == size]
    bold = sum(len(line.text) for line in body if line.bold) > 0.5 * sum(len(line.text) for line in body)
    gaps = [
        (below.top - above.bottom) / size
        for sheet in sheets
        for above, below in _neighbours(sheet.lines, size)
        if -0.5 * size < below.top - above.bottom < 1.2 * size
    ]
    return Type(size, bold, median(gaps) if gaps else 0.2)


def _neighbours(lines: list[Line], size: float) -> Iterable[tuple[Line, Line]]:
    """Each line of the running text with the next one below it that begins at the same place."""
    body = [line for line in lines if line.size == size]
    for number, above in enumerate(body):
        below = next(
            (line for line in body[number + 1 : number + 8] if abs(line.x0 - above.x0) < 2 and line.top > above.middle), None
        )
        if below is not None:
            yield above, below
