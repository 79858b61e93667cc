"""Running heads and page numbers: what stands at the same place of many sheets, digits ignored. They tell the printed page."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from corpus.readers.numerals import roman
from corpus.readers.pdf.lines import Line
from corpus.readers.pdf.sheet import Sheet, Type
from corpus.readers.reading import LeftOut
from corpus.repair import letters
from corpus.wording import table

_ZONE = 0.13
"""Share of the sheet's height at its top and bottom where they stand."""
_SAME_PLACE = 8.0
_LARGEST = 1.15
"""Size, in sizes of the running text, from which a line is a heading, however often it comes back."""
_DIGITS = re.compile(r"\d+")
_NUMBERED = re.compile(r"^(?:[^\W\d]+\s+)?[\d.]+\s+")
_ROMAN = re.compile(r"(?=[ivxlc])(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.I)


def take_away(sheets: list[Sheet], body: Type, labels: Sequence[str], titles: set[str]) -> bool:
    """Remove running heads and page numbers and set each sheet's printed page.

    Args:
        labels: the file's own page labels, empty when it has none.
        titles: letters of the headings that are known already.

    Returns:
        Whether printed pages are known; where not, sheets keep their own numbers.
    """
    edges = {sheet.number: _edge_lines(sheet) for sheet in sheets}
    running = _running(sheets, edges, body)
    offset = _offset(sheets, edges, running)
    running |= _changing(sheets, edges, body, titles)
    for sheet in sheets:
        sheet.page = _printed(sheet, edges[sheet.number], offset)
        gone = [line for line in edges[sheet.number] if id(line) in running or _is_number(line, sheet.page)]
        sheet.drop(gone)
        sheet.left_out += [LeftOut("furniture", sheet.page, _whole(line)) for line in gone]
    known = offset is not None
    if not known and len(labels) == len(sheets) and all(label.isdigit() for label in labels) and len(set(labels)) == len(labels):
        for sheet, label in zip(sheets, labels, strict=True):
            sheet.page = label
        known = True
    return known


@cache
def _lone() -> re.Pattern[str]:
    """A page number that stands alone, perhaps with the word for a page and how many there are."""
    before, of = ("|".join(map(re.escape, table("page_numbers")[name])) for name in ("before", "of"))
    return re.compile(rf"\W*(?:(?:{before})\.?\s*)?(\d{{1,4}})(?:\s*(?:{of})\s*\d{{1,4}})?\W*", re.I)


def _whole(line: Line) -> str:
    """A line's text with its raised characters, which are no marks here."""
    return " ".join(word.text for word in line.words)


def _edge_lines(sheet: Sheet) -> list[Line]:
    zone = _ZONE * sheet.height
    return [line for line in sheet.all_lines if line.middle < zone or line.middle > sheet.height - zone]


def _running(sheets: list[Sheet], edges: dict[int, list[Line]], body: Type) -> set[int]:
    """The ids (of the objects) of lines that come back."""
    groups: defaultdict[str, list[Line]] = defaultdict(list)
    for sheet in sheets:
        for line in edges[sheet.number]:
            text = _DIGITS.sub("#", _whole(line).lower())
            if line.size <= _LARGEST * body.size and any(map(str.isalpha, text)):
                groups[text].append(line)
    needed = 2 if len(sheets) <= 4 else 3
    found: set[int] = set()
    for lines in groups.values():
        for line in lines:
            near = {other.sheet for other in lines if abs(other.middle - line.middle) < _SAME_PLACE}
            if len(near) >= needed:
                found.add(id(line))
    return found


def _numbers(line: Line, running: set[int]) -> Iterable[int]:
    whole = _whole(line)
    lone = _lone().fullmatch(whole)
    if lone:
        return [int(lone.group(1))]
    if id(line) in running:
        return [int(number) for number in _DIGITS.findall(whole) if len(number) <= 4]
    return []


def _offset(sheets: list[Sheet], edges: dict[int, list[Line]], running: set[int]) -> int | None:
    """Printed page less sheet, as most sheets have it; None when fewer than half agree."""
    votes: Counter[int] = Counter()
    for sheet in sheets:
        votes.update({number - sheet.number for line in edges[sheet.number] for number in _numbers(line, running)})
    written = sum(1 for sheet in sheets if sheet.all_lines)
    if not votes:
        return None
    offset, count = max(votes.items(), key=lambda vote: (vote[1], -abs(vote[0])))
    return offset if count >= max(1 if written <= 1 else 2, 0.5 * written) else None


def _printed(sheet: Sheet, edges: list[Line], offset: int | None) -> str:
    """The page printed on a sheet: a number, before the first of them a Roman one, else the sheet's own number."""
    if offset is None:
        return str(sheet.number)
    if sheet.number + offset > 0:
        return str(sheet.number + offset)
    numerals = [_whole(line).strip().lower() for line in edges if _ROMAN.fullmatch(_whole(line).strip())]
    return numerals[-1] if numerals else roman(sheet.number)


def _is_number(line: Line, printed: str) -> bool:
    lone = _lone().fullmatch(_whole(line))
    return (lone is not None and lone.group(1).lstrip("0") == printed) or _whole(line).strip().lower() == printed


def _changing(sheets: list[Sheet], edges: dict[int, list[Line]], body: Type, titles: set[str]) -> set[int]:
    """Running heads that change from chapter to chapter: outermost lines at one height of many sheets that repeat titles."""
    heights: defaultdict[int, list[Line]] = defaultdict(list)
    for sheet in sheets:
        for line in edges[sheet.number]:
            # Beside the height of its own, a head may stand a little higher or lower.
            heights[round(line.middle)].append(line)
    found: set[int] = set()
    for height, lines in heights.items():
        near = [line for at in (height - 1, height, height + 1) for line in heights.get(at, [])]
        heads = [line for line in near if line.size <= _LARGEST * body.size and _repeats(line, titles)]
        if len({line.sheet for line in heads}) >= max(3, 0.3 * len({line.sheet for line in near})):
            found |= {id(line) for line in lines if line.size <= _LARGEST * body.size}
    return found


def _repeats(line: Line, titles: set[str]) -> bool:
    """Whether a line is a title again, perhaps with a number before it or cut off at its end."""
    text = letters(_NUMBERED.sub("", _whole(line).rstrip(" .…")))
    return len(text) > 3 and any(title.startswith(text) or (len(title) > 3 and text.endswith(title)) for title in titles)
