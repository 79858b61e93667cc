"""Boxes and tables of a sheet, from its lines and rectangles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from corpus.readers.pdf.letters import Word
from corpus.repair import one_line

_WIDEST = 0.92
"""Share of the sheet's height and width from which a rectangle is its background."""
_MOST_EDGES = 2_000
"""Lines and rectangles beyond which a sheet is a drawing, in which no tables are looked for."""
_NARROWEST, _LOWEST = 90.0, 22.0
_WORDS = 4


@dataclass(slots=True)
class Area:
    """A rectangle on the sheet, in points from its upper left corner. ``rows``: the texts of a table's cells; none for a box."""

    x0: float
    top: float
    x1: float
    bottom: float
    rows: tuple[str, ...] = ()

    def holds(self, word: Word) -> bool:
        x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
        return self.x0 - 1 <= x <= self.x1 + 1 and self.top - 1 <= y <= self.bottom + 1

    def around(self, other: Area) -> bool:
        inside = self.x0 - 1 <= other.x0 and other.x1 <= self.x1 + 1
        return inside and self.top - 1 <= other.top and other.bottom <= self.bottom + 1


def tables_of(page: Any) -> list[Area]:
    """Ruled tables of two columns and two rows or more."""
    if not 4 <= len(page.lines) + len(page.rects) + len(page.curves) <= _MOST_EDGES:
        return []
    found = []
    for table in page.find_tables():
        cells = [[one_line(cell or "") for cell in row] for row in table.extract()]
        filled = [[cell for cell in row if cell] for row in cells]
        if sum(len(row) > 1 for row in filled) < 2:
            continue
        x0, top, x1, bottom = table.bbox
        found.append(Area(x0, top, x1, bottom, tuple(" | ".join(row) for row in filled if row)))
    return found


def boxes_of(page: Any, words: list[Word], tables: list[Area]) -> list[Area]:
    """Frames and coloured areas with text in them that are neither the sheet's background nor a table; the outermost ones."""
    shapes = [*page.rects, *(curve for curve in page.curves if curve.get("fill"))]
    if len(shapes) > _MOST_EDGES:
        return []
    areas = [Area(shape["x0"], shape["top"], shape["x1"], shape["bottom"]) for shape in shapes]
    areas = [area for area in _merged(areas) if _is_box(area, page, words)]
    areas = [area for area in areas if not any(table.around(area) or area.around(table) for table in tables)]
    areas.sort(key=lambda area: (area.top - area.bottom) * (area.x1 - area.x0))
    outermost: list[Area] = []
    for area in areas:
        if not any(_share(area, other) > 0.5 for other in outermost):
            outermost.append(area)
    return sorted(outermost, key=lambda area: (area.top, area.x0))


def _is_box(area: Area, page: Any, words: list[Word]) -> bool:
    width, height = area.x1 - area.x0, area.bottom - area.top
    if width < _NARROWEST or height < _LOWEST:
        return False
    if width > _WIDEST * float(page.width) and height > 0.5 * float(page.height):
        return False
    if height > _WIDEST * float(page.height):
        return False
    inside = [word for word in words if area.holds(word)]
    cut = [w for w in words if w not in inside and _overlap(area, w) > 0.2]
    return _WORDS <= len(inside) < 0.95 * len(words) and len(cut) <= 0.05 * len(inside)


def _merged(areas: list[Area]) -> list[Area]:
    """Areas stacked without a gap (a box that is drawn row by row) as one."""
    merged: list[Area] = []
    for area in sorted(areas, key=lambda area: (round(area.x0), round(area.x1), area.top)):
        last = merged[-1] if merged else None
        if last and abs(last.x0 - area.x0) < 2 and abs(last.x1 - area.x1) < 2 and -2 < area.top - last.bottom < 2:
            last.bottom = max(last.bottom, area.bottom)
        else:
            merged.append(area)
    return merged


def _share(area: Area, other: Area) -> float:
    """The share of an area that another covers."""
    width = min(area.x1, other.x1) - max(area.x0, other.x0)
    height = min(area.bottom, other.bottom) - max(area.top, other.top)
    return max(0.0, width) * max(0.0, height) / max(1.0, (area.x1 - area.x0) * (area.bottom - area.top))


def _overlap(area: Area, word: Word) -> float:
    return _share(Area(word.x0, word.top, word.x1, word.bottom), area)
