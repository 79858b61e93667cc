"""Plain text: paragraphs between empty lines, headings by their form, form feeds as page ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.readers.decode import decode
from corpus.readers.reading import NO_PAGE, PageNote, Passage, PassageKind, Reading, Reason
from corpus.repair import Mender, one_line

_UNDERLINE = re.compile(r"([=~^*-])\1{2,}\s*$")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[^\W\d_]")
_ITEM = re.compile(r"\s*(?:[-*•–▪■◦]|(\d{1,3})[.)])\s+(?=\S)")
_LONGEST_HEADING = 100
_FULL_STOP = (".", ",", ";", ":", "!", "?")


def read_text(file: Path) -> Reading:
    """Read plain text.

    Raises:
        ReadingError: not text.
    """
    source, guessed = decode(file)
    pages = source.split("\f")
    mender = Mender(line for line in source.splitlines())
    passages, notes = [], []
    for number, content in enumerate(pages, 1):
        page = str(number) if len(pages) > 1 else NO_PAGE
        passages += list(_passages(content, page, mender))
        reasons = [Reason("encoding", guessed)] if guessed else []
        reasons += [] if content.strip() else [Reason("blank")]
        notes.append(PageNote(number, page, tuple(reasons)))
    return Reading("text", tuple(passages), tuple(notes))


def _passages(content: str, page: str, mender: Mender) -> Iterator[Passage]:
    for block in re.split(r"\n[ \t]*\n", content):
        lines = [line for line in block.split("\n") if line.strip()]
        while lines:
            level, taken = _heading(lines)
            if level:
                yield Passage("heading", one_line(lines[0]), page, level)
                lines = lines[taken:]
                continue
            kind, text, lines = _next(lines, mender)
            if text:
                yield Passage(kind, text, page)


def _heading(lines: list[str]) -> tuple[int, int]:
    """The level of the heading that the first line is (0: it is none) and how many lines it takes."""
    first = lines[0].strip()
    if len(first) > _LONGEST_HEADING or not any(map(str.isalpha, first)):
        return 0, 0
    if len(lines) > 1 and (line := _UNDERLINE.match(lines[1].strip())):
        return (1 if line.group(1) == "=" else 2), 2
    if len(lines) > 1 or first.endswith(_FULL_STOP):
        return 0, 0
    numbered = _NUMBERED.match(first)
    if numbered:
        return min(6, numbered.group(1).count(".") + 1), 1
    return (1, 1) if first.isupper() and len(first) >= 4 else (0, 0)


def _next(lines: list[str], mender: Mender) -> tuple[PassageKind, str, list[str]]:
    """The paragraph or list that the lines begin with, and the lines after it."""
    if not _ITEM.match(lines[0]):
        end = next((n for n, line in enumerate(lines) if _ITEM.match(line)), len(lines))
        return "paragraph", one_line(mender.joined(line.strip() for line in lines[:end])), lines[end:]
    items: list[list[str]] = []
    for line in lines:
        item = _ITEM.match(line)
        if item:
            items.append([(f"{item.group(1)}. " if item.group(1) else "- ") + line[item.end() :].strip()])
        else:
            items[-1].append(line.strip())
    return "list", "\n".join(one_line(mender.joined(item)) for item in items), []
