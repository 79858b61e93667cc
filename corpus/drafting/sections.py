"""Passages to units: a heading and what follows it, a box, a footnote."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from corpus.readers.reading import NO_PAGE, Passage, Reading
from corpus.wording import words

_LONGEST_ID = 60
_BOX_WORDS = 20
"""Words from which a box without a heading is a unit of its own."""
_TITLE_WORDS = 7


@dataclass(slots=True)
class Section:
    """A unit in the making.

    Attributes:
        added: no heading is printed; the title is ours.
        note: label of the footnote that this is; None for anything else.
        parent: index of the section whose heading stands above; None at the top.
    """

    title: str
    level: int
    added: bool
    page: str
    note: str | None = None
    parent: int | None = None
    id: str = ""
    blocks: list[Passage] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n\n".join(block.text for block in self.blocks)

    @property
    def marks(self) -> list[str]:
        """Labels of the notes it refers to."""
        return [mark.label for block in self.blocks for mark in block.marks]


def sections_of(reading: Reading, language: str) -> list[Section]:
    """The units of a reading, in order, footnotes last; each with an id of its own."""
    notes = {p.label for p in reading.passages if p.kind == "footnote"}
    body = [_known_marks(p, notes) for p in reading.passages if p.kind != "footnote"]
    sections = _Building(words(language, "draft")).build(body)
    sections += [_note(p, words(language, "draft")) for p in reading.passages if p.kind == "footnote"]
    for section in sections:
        section.page = _pages(section)
    _name(sections, words(language, "draft"))
    return sections


def _known_marks(passage: Passage, notes: set[str | None]) -> Passage:
    return replace(passage, marks=tuple(mark for mark in passage.marks if mark.label in notes))


def _note(passage: Passage, said: dict[str, str]) -> Section:
    title = said["note_title"].format(label=passage.label, start=_beginning(passage.text))
    return Section(title, 1, True, passage.page, note=passage.label, blocks=[replace(passage, kind="paragraph", marks=())])


class _Building:
    def __init__(self, said: dict[str, str]) -> None:
        self.sections: list[Section] = []
        self._said = said
        self._above: list[tuple[int, int]] = []
        """(level as read, index) of the headings above."""
        self._current: int | None = None
        self._outside: int | None = None
        self._above_outside: list[tuple[int, int]] = []
        self._box: int | None = None

    def build(self, passages: list[Passage]) -> list[Section]:
        sizes: Counter[int | None] = Counter()
        headed: set[int | None] = set()
        for passage in passages:
            sizes[passage.box] += len(passage.text.split())
            headed |= {passage.box} if passage.kind == "heading" else set()
        for passage in passages:
            if passage.box != self._box:
                self._change_box(passage, sizes[passage.box] >= _BOX_WORDS and passage.box not in headed)
            if passage.kind == "heading":
                self._start(passage.text, passage.level, False, passage.page)
                self._keep_marks(passage)
            else:
                self._take(passage)
        return self.sections

    def _change_box(self, passage: Passage, unit: bool) -> None:
        if self._box is not None:
            self._current, self._above = self._outside, self._above_outside
        if passage.box is not None:
            self._outside, self._above_outside = self._current, list(self._above)
            if unit and passage.kind != "heading":
                self._start(f"{self._said['box']} – {_beginning(passage.text)}", 6, True, passage.page)
        self._box = passage.box

    def _start(self, title: str, level: int, added: bool, page: str) -> None:
        if self._box is not None and self._outside is not None:
            level = max(level, self._above_outside[-1][0] + 1) if self._above_outside else level
        self._above = [(known, n) for known, n in self._above if known < level]
        parent = self._above[-1][1] if self._above else None
        # No level is skipped below a heading, so that the order of headings is that of an outline.
        depth = min(6, self.sections[parent].level + 1) if parent is not None else 1
        self.sections.append(Section(title, depth, added, page, parent=parent))
        self._current = len(self.sections) - 1
        self._above.append((level, self._current))

    def _keep_marks(self, heading: Passage) -> None:
        """A mark in a heading would be lost with it: it moves to the head of the text."""
        if heading.marks and self._current is not None:
            marks = tuple(replace(mark, position=0) for mark in heading.marks)
            self.sections[self._current].blocks.append(Passage("paragraph", "", heading.page, marks=marks))

    def _take(self, passage: Passage) -> None:
        if self._current is None:
            self._start(self._said["start"], 1, True, passage.page)
        assert self._current is not None
        section = self.sections[self._current]
        if section.blocks and not section.blocks[-1].text:
            # Marks of the heading stand at the head of its first passage.
            waiting = section.blocks.pop()
            passage = replace(passage, marks=(*waiting.marks, *passage.marks))
        section.blocks.append(passage)


def _beginning(text: str) -> str:
    shown = text.replace("\n", " ").split()
    return " ".join(shown[:_TITLE_WORDS]).strip(",;:. ") + (" …" if len(shown) > _TITLE_WORDS else "")


def _pages(section: Section) -> str:
    """First and last page of a section, as ``"13-14"`` where they differ."""
    pages = [part for page in (section.page, *(b.page for b in section.blocks)) for part in page.split("-") if part]
    numbers = [int(page) for page in pages if page.isdigit()]
    if len(numbers) == len(pages) and numbers:
        pages = [str(min(numbers)), str(max(numbers))]
    if not pages:
        return NO_PAGE
    return pages[0] if pages[0] == pages[-1] else f"{pages[0]}-{pages[-1]}"


def slug(text: str) -> str:
    """A text as (the beginning of) an id: lower-case words and digits joined by hyphens, at most 60 long; "" for none."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    parts = re.findall(r"[a-z0-9]+", bare)
    made = ""
    for part in parts:
        if made and len(made) + 1 + len(part) > _LONGEST_ID:
            break
        made += ("-" if made else "") + part[:_LONGEST_ID]
    return made


def _name(sections: list[Section], said: dict[str, str]) -> None:
    titles = Counter(slug(section.title) for section in sections)
    taken: set[str] = set()
    for section in sections:
        wanted = _wanted(section, sections, titles, said)
        section.id = next(each for each in _numbered(wanted) if each not in taken)
        taken.add(section.id)


def _wanted(section: Section, sections: list[Section], titles: Counter[str], said: dict[str, str]) -> str:
    if section.note is not None:
        return f"{said['note_id']}-{slug(section.note) or 'x'}"
    own = slug(section.title) or said["part_id"]
    if titles[own] > 1 and section.parent is not None and sections[section.parent].id:
        return f"{sections[section.parent].id}-{own}"[: 2 * _LONGEST_ID].strip("-")
    return own


def _numbered(wanted: str) -> Iterator[str]:
    yield wanted
    yield from (f"{wanted}-{number}" for number in range(2, 1_000_000))
