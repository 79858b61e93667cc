"""Words to lines: pieces of one row that no wide gap parts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from corpus.readers.pdf.letters import Word
from corpus.readers.reading import Mark
from corpus.repair import clean

_RAISED = 0.18
"""Share of the font size by which a mark stands higher than its line."""
_SMALLER = 0.85
_SAME_FOOT = 0.22
_FAR, _FARTHER = 0.9, 2.0
"""Gap, in font sizes, that parts two pieces of a row: written one after the other in the file, or not."""
LABEL = re.compile(r"[\[(]?(\d{1,3}|[*†‡§]{1,3}|[a-z])[\])]?$")
_RAISED_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


@dataclass(slots=True)
class Line:
    """A piece of a row within one column.

    Attributes:
        words: from left to right.
        sheet: from 1.
        box: number of the box it stands in, within the file; None outside boxes.
        role: "H1" to "H6" where the file's structure says so, else "".
        element: number of the structure's element that is this heading; 0 for none.
    """

    words: list[Word]
    sheet: int
    box: int | None = None
    role: str = ""
    element: int = 0
    text: str = field(init=False, default="")
    marks: list[Mark] = field(init=False, default_factory=list)
    size: float = field(init=False, default=0.0)
    bold: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        sizes: Counter[float] = Counter()
        for word in self.words:
            sizes[round(word.size * 2) / 2] += len(word.text)
        self.size = max(sizes, key=lambda size: (sizes[size], size))
        strong = sum(len(word.text) for word in self.words if word.bold)
        self.bold = strong > 0.8 * sum(len(word.text) for word in self.words)
        for position, word in enumerate(self.words):
            self._take(word, position)

    def _take(self, word: Word, position: int) -> None:
        text = clean(word.text)
        label = (
            LABEL.match(text.translate(_RAISED_DIGITS))
            if self.is_raised(word) or text != text.translate(_RAISED_DIGITS)
            else None
        )
        if label:
            self.marks.append(Mark(len(self.text), label.group(1)))
            return
        self.text += ("" if not self.text or word.glued else " ") + text

    def is_raised(self, word: Word) -> bool:
        """Whether a word is small and stands higher than the line: a footnote's mark, or an exponent."""
        if word.raised:
            return True
        bottom = max(other.bottom for other in self.words if other.size >= self.size * _SMALLER)
        return word.size < self.size * _SMALLER and bottom - word.bottom > _RAISED * self.size

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return max(word.x1 for word in self.words)

    @property
    def top(self) -> float:
        return min(word.top for word in self.words if word.size >= self.size * _SMALLER)

    @property
    def bottom(self) -> float:
        return max(word.bottom for word in self.words if word.size >= self.size * _SMALLER)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def lines_of(words: list[Word], sheet: int, box: int | None = None) -> list[Line]:
    """The words of a sheet or box as lines, from top to bottom and left to right."""
    lines = []
    for row in _rows(words):
        row.sort(key=lambda word: word.x0)
        piece: list[Word] = []
        for word in row:
            if piece and _parts(piece[-1], word, piece):
                lines.append(Line(piece, sheet, box))
                piece = []
            piece.append(word)
        lines.append(Line(piece, sheet, box))
    return sorted(lines, key=lambda line: (line.top, line.x0))


def _rows(words: list[Word]) -> list[list[Word]]:
    """Words by row. Words of about one size share a row when their feet do; a small one joins the row whose word it touches."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (-word.size, word.bottom)):
        fitting = [row for row in rows if _shares(row, word)]
        if fitting:
            min(fitting, key=lambda row: abs(row[0].bottom - word.bottom)).append(word)
        else:
            rows.append([word])
    return rows


def _shares(row: list[Word], word: Word) -> bool:
    first = row[0]
    if abs(first.bottom - word.bottom) <= _SAME_FOOT * min(first.size, word.size):
        return True
    if word.size > first.size * _SMALLER or min(first.bottom, word.bottom) - max(first.top, word.top) < 0.3 * word.size:
        return False
    return any(-first.size < max(other.x0 - word.x1, word.x0 - other.x1) < 0.6 * first.size for other in row)


def _parts(left: Word, right: Word, piece: list[Word]) -> bool:
    gap = right.x0 - left.x1
    size = max(left.size, right.size)
    if len(piece) == 1 and is_lead(left.text):
        # A bullet or number and its text stand apart, yet belong together.
        return gap > 6 * size
    follows = 0 < right.order - left.order <= len(left.text) + 3
    return gap > (_FARTHER if follows else _FAR) * size


BULLETS = "•–—■▪◦‣●○□▫➢➤►▸✓✔❑❖·*-\uf0b7\uf0a7\uf0d8"
_NUMBER = re.compile(r"(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)]$|\(?\d{1,2}\)$|\d{1,2}(?:\.\d{1,2}){1,4}\.?$|\d{1,2}$")


def is_lead(text: str) -> bool:
    """Whether a word is a bullet or a number that an item, note or heading may begin with."""
    return text in BULLETS or (len(text) == 1 and "\ue000" <= text <= "\uf8ff") or bool(_NUMBER.match(text))
