"""Characters of a sheet to words. What cannot be seen is left out and told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_GAP = 0.15
"""Share of the font size from which a gap parts two words."""
_TWICE = 0.6
"""Points within which the same character twice is one."""
_NARROW = 0.8
_TINY = 1.5
"""Points: text of this size or less is not meant to be read."""
_SAME_LINE = 0.12
_BOLD = re.compile(r"bold|black|heavy|semi|demi|-bd|,b\b|medi", re.I)
_WHITE = 0.97


@dataclass(slots=True)
class Word:
    """Letters in a row of one size and weight. Places are points from the upper left corner of the sheet.

    Attributes:
        order: where it stands in the file's own order.
        raised: set in a font's own small raised digits, which size and place do not tell.
        glued: nothing parts it from the word before it (only their form differs).
        tag: number of the marked content it belongs to, None for none.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool
    order: int
    raised: bool = False
    glued: bool = False
    tag: int | None = None


@dataclass(slots=True)
class Written:
    """The words of a sheet, upright ones and others, and what is not seen."""

    words: list[Word]
    rotated: list[str]
    hidden: list[str]


def words_of(page: Any) -> Written:
    """The words of a pdfplumber page."""
    fills = _dark_fills(page)
    seen, hidden, rotated = [], [], []
    for char in _once(page.chars):
        if not char["upright"]:
            rotated.append(char)
        elif _is_seen(char, page, fills):
            seen.append(char)
        else:
            hidden.append(char)
    return Written(list(_words(seen)), _texts(rotated), _texts(hidden))


def _once(chars: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each character once: one printed twice at a place, to look bold or shadowed, is one."""
    placed: dict[tuple[str, int, int], list[tuple[float, float]]] = {}
    for char in chars:
        x, y = char["x0"], char["top"]
        cells = [(char["text"], int(x) + i, int(y) + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        if not any(abs(x - a) < _TWICE and abs(y - b) < _TWICE for cell in cells for a, b in placed.get(cell, ())):
            placed.setdefault(cells[4], []).append((x, y))
            yield char


def _is_seen(char: dict[str, Any], page: Any, fills: list[tuple[float, float, float, float]]) -> bool:
    if char["size"] <= _TINY:
        return False
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    if not (page.bbox[0] <= x <= page.bbox[2] and page.bbox[1] <= y <= page.bbox[3]):
        return False
    if not _is_white(char.get("non_stroking_color")) or char["text"].isspace():
        return True
    return any(x0 <= x <= x1 and top <= y <= bottom for x0, top, x1, bottom in fills)


def _is_white(colour: Any) -> bool:
    """Whether a colour is white: 1 in grey, 1 1 1 in red-green-blue, 0 0 0 0 in print colours."""
    if not isinstance(colour, tuple | list) or not all(isinstance(part, int | float) for part in colour):
        return False
    if len(colour) == 4:
        return sum(colour) <= 1 - _WHITE
    return len(colour) in (1, 3) and min(colour) >= _WHITE


def _dark_fills(page: Any) -> list[tuple[float, float, float, float]]:
    """Filled shapes that are not white, and pictures: white text on them is seen."""
    shapes = [s for s in (*page.rects, *page.curves) if s.get("fill") and not _is_white(s.get("non_stroking_color"))]
    return [(s["x0"], s["top"], s["x1"], s["bottom"]) for s in (*shapes, *page.images)]


def _widths(chars: list[dict[str, Any]]) -> dict[str, float]:
    """Font name -> width of its full digits, in font sizes: the widest one, but no less than its "e" suggests."""
    widths: dict[str, float] = {}
    for char in chars:
        if char["text"] == "e" or (char["text"].isdigit() and char["text"].isascii()):
            width = (char["x1"] - char["x0"]) / max(char["size"], 0.1)
            widths[char["fontname"]] = max(widths.get(char["fontname"], 0.0), width)
    return widths


def _words(chars: list[dict[str, Any]]) -> Iterator[Word]:
    widths = _widths(chars)
    current: Word | None = None
    parted = True
    for order, char in enumerate(chars):
        if char["text"].isspace():
            parted = True
            continue
        bold = bool(_BOLD.search(char["fontname"]))
        raised = _is_small_digit(char, widths)
        follows = current is not None and not parted and _follows(current, char)
        same = current is not None and (current.bold, current.raised) == (bold, raised)
        if current is not None and follows and same and abs(current.size - char["size"]) <= 0.1 * current.size:
            current.text += char["text"]
            current.x1 = max(current.x1, char["x1"])
            current.top, current.bottom = min(current.top, char["top"]), max(current.bottom, char["bottom"])
        else:
            if current is not None:
                yield current
            place = (char["x0"], char["x1"], char["top"], char["bottom"], char["size"])
            current = Word(char["text"], *place, bold, order, raised, follows, tag=char.get("mcid"))
        parted = False
    if current is not None:
        yield current


def _is_small_digit(char: dict[str, Any], widths: dict[str, float]) -> bool:
    if not (char["text"].isdigit() and char["text"].isascii()):
        return False
    return bool((char["x1"] - char["x0"]) / max(char["size"], 0.1) < _NARROW * widths[char["fontname"]])


def _follows(word: Word, char: dict[str, Any]) -> bool:
    """Whether a character stands right behind a word, on its line or raised from it."""
    size = max(word.size, char["size"])
    gap = char["x0"] - word.x1
    overlap = min(word.bottom, char["bottom"]) - max(word.top, char["top"])
    return bool(-0.5 * size < gap < _GAP * size and overlap > _SAME_LINE * size)


def _texts(chars: list[dict[str, Any]]) -> list[str]:
    """Characters in the file's order as texts, cut where the order jumps."""
    texts: list[str] = []
    before: dict[str, Any] | None = None
    for char in chars:
        far = before is None or max(abs(char["x0"] - before["x0"]), abs(char["top"] - before["top"])) > 4 * max(char["size"], 3)
        if far:
            texts.append("")
        texts[-1] += char["text"]
        before = char
    return [text.strip() for text in texts if text.strip()]
