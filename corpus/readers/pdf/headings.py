"""Which lines are headings, and of which level: by the file's structure or outline, else by their type."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from corpus.readers.pdf.lines import BULLETS, Line
from corpus.readers.pdf.sheet import Sheet, Type
from corpus.repair import letters

_LARGER = 1.12
_SMALLEST = 0.95
_LONGEST = 120
_FEWEST_ROLES = 3
_CONTENTS = re.compile(r"(?:\.\s?){4,}\s*\d*$|\s\d{1,3}$")
_NUMBER = re.compile(r"^(\d{1,2}(?:\.\d{1,2})*)\.?\s")
_UNENDED = (".", ";", ",", "…")

Style = tuple[float, bool, bool]
"""Size, bold, capitals only."""


@dataclass(frozen=True, slots=True)
class Headings:
    """What is known of a file's headings.

    Attributes:
        outline: letters of a title in the file's outline -> its level.
        tagged: whether the file's own structure names its headings.
        levels: level of each style of heading.
    """

    body: Type
    outline: dict[str, int]
    tagged: bool
    levels: dict[Style, int]

    @classmethod
    def of(cls, sheets: list[Sheet], body: Type, outline: Iterable[tuple[str, int]]) -> Headings:
        titles = {letters(title): min(level, 6) for title, level in outline if letters(title)}
        tagged = sum(bool(line.role) for sheet in sheets for line in sheet.all_lines) >= _FEWEST_ROLES
        first = cls(body, titles, tagged, {})
        styles = {style_of(line) for sheet in sheets for line in sheet.all_lines if first.is_heading(line, True)}
        ranked = sorted(styles, key=lambda style: (-style[0], not style[1], not style[2]))
        levels = {style: min(rank, 6) for rank, style in enumerate(ranked, 1)}
        return cls(body, titles, tagged, levels | _outlined(sheets, titles))

    def is_heading(self, line: Line, apart: bool) -> bool:
        """Whether a line is (a part of) a heading; ``apart``: more space than between lines, or nothing, is above it."""
        if line.role:
            return True
        if self.tagged:
            return False
        larger = line.size > 1.02 * self.body.size
        return bool(_listed(line.text, self.outline) and (larger or self._stands_out(line))) or self._looks_like_one(line, apart)

    def _looks_like_one(self, line: Line, apart: bool) -> bool:
        if not any(map(str.isalnum, line.text)) or line.text[0] in BULLETS or len(line.text) > _LONGEST:
            return False
        if line.size >= _LARGER * self.body.size:
            return len(letters(line.text)) > 1 or line.size > 1.5 * self.body.size
        if line.size < _SMALLEST * self.body.size or line.text.endswith(_UNENDED) or not apart or _CONTENTS.search(line.text):
            return False
        return self._stands_out(line)

    def _stands_out(self, line: Line) -> bool:
        words = line.text.split()
        if not any(len(word) > 2 and word[0].isalpha() for word in words):
            return False
        capitals = line.text.isupper() and len(letters(line.text)) >= 6
        return capitals or (line.bold and not self.body.bold)

    def level(self, text: str, line: Line) -> int:
        """The level, 1–6, of a heading with this whole text that begins with this line."""
        if line.role:
            return int(line.role[1])
        known = _listed(text, self.outline)
        if known:
            return known
        numbered = _NUMBER.match(text)
        base = self.levels.get(style_of(line), 6)
        return max(base, min(6, numbered.group(1).count(".") + 1)) if numbered else base


def _listed(text: str, titles: dict[str, int]) -> int | None:
    """The level of an outline's title, with or without its number; None for a text that is none."""
    return titles.get(letters(text)) or titles.get(letters(_NUMBER.sub("", text)))


def _outlined(sheets: list[Sheet], titles: dict[str, int]) -> dict[Style, int]:
    """The level that most headings of a style have in the outline."""
    counts: defaultdict[Style, Counter[int]] = defaultdict(Counter)
    for sheet in sheets:
        for line in sheet.all_lines:
            level = _listed(line.text, titles)
            if level:
                counts[style_of(line)][level] += 1
    return {style: levels.most_common(1)[0][0] for style, levels in counts.items()}


def style_of(line: Line) -> Style:
    """The style by which headings of one level are known."""
    return line.size, line.bold, line.text.isupper()
