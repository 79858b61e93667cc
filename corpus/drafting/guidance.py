"""Sections as curated Markdown, such that ``corpus/markdown.py`` reads the same texts back."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from corpus.drafting.sections import Section
from corpus.readers.reading import Mark, Passage

_WIDTH = 110
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>&^]")
# At the beginning of a line these would begin a list, heading, quotation or rule.
_BEGINNING = re.compile(r"(?:(\d{1,9})([.)])(?=\s|$)|([-+#>=~|:]))")
_CLOSING = re.compile(r"#+$")
_ITEM = re.compile(r"^(?:(\d{1,9})\. |- )")


def guidance_of(sections: list[Section]) -> str:
    """The text of ``guidance.md``: a footnote stands behind the section that first has its mark; without one it is a section."""
    notes = {section.note: section for section in sections if section.note is not None}
    written: set[str] = set()
    parts: list[str] = []
    for section in sections:
        if section.note is not None and section.note in written:
            continue
        parts += _section(section, notes)
        for label in dict.fromkeys(section.marks):
            if label not in written:
                written.add(label)
                parts.append(_note(notes[label]))
    return "\n\n".join(parts) + "\n"


def _section(section: Section, notes: dict[str, Section]) -> Iterator[str]:
    added = " .added" if section.added else ""
    # Signs at a heading's end would close it.
    title = _CLOSING.sub(r"\\\g<0>", _escaped(" ".join(section.title.split())))
    yield f"{{#{section.id} page={section.page}{added}}}\n{'#' * section.level} {title}"
    listed = 0
    for block in section.blocks:
        if block.kind in ("list", "table"):
            # Two lists in a row need different signs, else they are read as one.
            yield _list(block, notes, listed % 2)
            listed += 1
        elif block.kind == "quotation":
            yield textwrap.indent(_paragraph(block, notes, _WIDTH - 2), "> ")
        elif block.text or block.marks:
            yield _paragraph(block, notes, _WIDTH)


def _note(note: Section) -> str:
    title = re.sub(r"[\"{}\\\n]", "’", note.title)
    body = "\n\n".join(_paragraph(block, {}, _WIDTH - 4) for block in note.blocks)
    return f'[^{_label(note)}]: {{#{note.id} page={note.page} title="{title}"}}\n{textwrap.indent(body, "    ")}'


def _paragraph(block: Passage, notes: dict[str, Section], width: int) -> str:
    return _wrapped(_marked(block.text.replace("\n", " "), list(block.marks), notes), width)


def _list(block: Passage, notes: dict[str, Section], second: int) -> str:
    """A list in the signs of Markdown; a table is a list of its rows, and an item with a lettered number keeps it as text."""
    rows: list[tuple[str, str]] = []
    start = 0
    for line in block.text.split("\n"):
        marks = [Mark(m.position - start, m.label) for m in block.marks if start <= m.position <= start + len(line)]
        item = _ITEM.match(line) if block.kind == "list" else None
        skip = item.end() if item else 0
        number = item.group(1) if item and item.group(1) else ""
        rows.append((number, _marked(line[skip:], [Mark(max(0, m.position - skip), m.label) for m in marks], notes)))
        start += len(line) + 1
    first = int(rows[0][0]) if rows[0][0] else None
    counted = first is not None and all(number == str(first + place) for place, (number, _) in enumerate(rows))
    lines = []
    for number, text in rows:
        sign = f"{number}{')' if second else '.'} " if counted else "* " if second else "- "
        kept = text if counted or not number else f"{number}\\. {text}"
        body = textwrap.indent(_wrapped(kept or "–", _WIDTH - len(sign)), " " * len(sign))
        lines.append(sign + body[len(sign) :])
    return "\n".join(lines)


def _marked(text: str, marks: list[Mark], notes: dict[str, Section]) -> str:
    """The text, escaped, with its marks."""
    written, start = "", 0
    for mark in marks:
        written += _after(written, text[start : mark.position]) + f"[^{_label(notes[mark.label])}]"
        start = mark.position
    return written + _after(written, text[start:])


def _label(note: Section) -> str:
    """What a note is called in the text: as printed, or its id where that is no plain word."""
    return note.note if note.note and note.note.isalnum() else note.id


def _after(written: str, text: str) -> str:
    # A colon behind a mark would make a note of what follows it.
    return _escaped(text) if not written.endswith("]") or text[:1] != ":" else "\\" + _escaped(text)


def _escaped(text: str) -> str:
    # A printed "[^1]" would be taken for a mark that lost its note.
    text = text.replace("[^", "[ ^")
    return _SPECIAL.sub(r"\\\g<0>", text)


def _wrapped(text: str, width: int) -> str:
    """The text in lines, none of which begins like anything but a paragraph."""
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join(_BEGINNING.sub(_harmless, line, count=1) if _BEGINNING.match(line) else line for line in lines)


def _harmless(match: re.Match[str]) -> str:
    return f"{match.group(1)}\\{match.group(2)}" if match.group(1) else f"\\{match.group(3)}"
