"""The reading order of a sheet: columns are found by the empty strip between them, and read one after the other.

What runs across the strip (a heading over both columns) parts the sheet into bands, each read by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import mean

from corpus.readers.pdf.lines import Line

_GUTTER = 6.0
"""Points: the narrowest empty strip between two columns."""
_NARROWEST = 0.12
"""Share of the region that a column takes at least."""
_WORDS = 2.2
"""Words a line of prose has on average, at least; cells of a table have fewer."""
_LONG_LINE, _LONG_SHARE = 4, 0.08
"""Words of a long line, and the share of them that a column of short ones has where nothing crosses the strip."""
_ALIGNED = 3
_DEPTH = 6


@dataclass(slots=True)
class Block:
    """Something with a place of its own on the sheet: a line, or a box or table with what is in it."""

    x0: float
    x1: float
    top: float
    bottom: float
    line: Line | None = None
    inside: list[Line] = field(default_factory=list)
    table: str = ""
    box: int | None = None

    @classmethod
    def of(cls, line: Line) -> Block:
        return cls(line.x0, line.x1, line.top, line.bottom, line)

    @property
    def words(self) -> int:
        return len(self.line.words) if self.line else 20

    @property
    def lines(self) -> int:
        return 1 if self.line else _ALIGNED


@dataclass(slots=True)
class Column:
    """Blocks of one column, or of a band across columns, from top to bottom."""

    blocks: list[Block]


def columns_of(blocks: list[Block], depth: int = 0) -> list[Column]:
    """The blocks in reading order, column by column; one column when there is no strip between any."""
    strip = _strip(blocks) if depth < _DEPTH else None
    if strip is None:
        return [Column(_by_row(blocks))] if blocks else []
    found: list[Column] = []
    for across, band in _bands(blocks, strip):
        if across:
            found += columns_of(band, depth + 1) if len(band) < len(blocks) else [Column(_by_row(band))]
        else:
            found += columns_of([block for block in band if block.x1 <= strip], depth + 1)
            found += columns_of([block for block in band if block.x1 > strip], depth + 1)
    return found


def _bands(blocks: list[Block], strip: float) -> Iterator[tuple[bool, list[Block]]]:
    """Runs of blocks from top to bottom: (they run across the strip, the blocks)."""
    run: list[Block] = []
    across = False
    for block in sorted(blocks, key=lambda block: (block.top + block.bottom) / 2 if block.line else block.top):
        crosses = block.x0 < strip < block.x1
        if run and crosses != across:
            yield across, run
            run = []
        across = crosses
        run.append(block)
    if run:
        yield across, run


def _strip(blocks: list[Block]) -> float | None:
    """Where the empty strip is, as its right edge less one point; None when there is none."""
    starts = sorted(block.x0 for block in blocks)
    left_edge, right_edge = min(starts, default=0.0), max((block.x1 for block in blocks), default=0.0)
    best: tuple[float, float] | None = None
    seen: set[int] = set()
    for start in starts:
        if round(start) in seen:
            continue
        seen.add(round(start))
        score = _score(blocks, start - 1.0, left_edge, right_edge)
        if score > 0 and (best is None or score > best[0]):
            best = score, start - 1.0
    return best[1] if best else None


def _score(blocks: list[Block], strip: float, left_edge: float, right_edge: float) -> float:
    """How well a strip parts two columns: lines beside each other, less what crosses it among them; 0 for no columns."""
    left = [block for block in blocks if block.x1 <= strip - _GUTTER + 1]
    right = [block for block in blocks if block.x0 > strip]
    crossing = [block for block in blocks if block.x0 <= strip and block.x1 > strip - _GUTTER + 1]
    aligned = sum(block.lines for block in right if block.x0 - strip < 3.0)
    if aligned < _ALIGNED or sum(block.lines for block in left) < _ALIGNED:
        return 0.0
    width = (right_edge - left_edge) * _NARROWEST
    if max(b.x1 for b in left) - left_edge < width or right_edge - strip < width:
        return 0.0
    if not (_is_prose(left, not crossing) and _is_prose(right, not crossing)):
        return 0.0
    beside = sum(block.lines for block in right if any(_overlap(block, other) for other in left))
    among = sum(1 for block in crossing if any(_overlap(block, other) for other in (*left, *right)))
    return beside - 3.0 * among if beside >= _ALIGNED else 0.0


def _is_prose(blocks: list[Block], apart: bool) -> bool:
    """Whether a side is text of its own rather than a table's column; ``apart``: nothing at all crosses the strip beside it."""
    if mean(block.words for block in blocks) >= _WORDS:
        return True
    return apart and sum(block.words >= _LONG_LINE for block in blocks) >= max(_ALIGNED, _LONG_SHARE * len(blocks))


def _overlap(one: Block, other: Block) -> bool:
    return min(one.bottom, other.bottom) - max(one.top, other.top) > 1.0


def _by_row(blocks: list[Block]) -> list[Block]:
    """Blocks from top to bottom; pieces of one row become one line."""
    rows: list[list[Block]] = []
    for block in sorted(blocks, key=lambda block: (block.top, block.x0)):
        last = rows[-1][-1] if rows else None
        if last and last.line and block.line and last.line.box == block.line.box and _same_row(rows[-1], block):
            rows[-1].append(block)
        else:
            rows.append([block])
    return [_joined(row) for row in rows]


def _same_row(row: list[Block], block: Block) -> bool:
    overlap = min(row[0].bottom, block.bottom) - max(row[0].top, block.top)
    return overlap > 0.6 * min(row[0].bottom - row[0].top, block.bottom - block.top)


def _joined(row: list[Block]) -> Block:
    if len(row) == 1:
        return row[0]
    words = sorted((word for block in row if block.line for word in block.line.words), key=lambda word: word.x0)
    first = row[0].line
    assert first is not None
    return Block.of(Line(words, first.sheet, first.box, first.role, first.element))
