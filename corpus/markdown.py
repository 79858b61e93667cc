"""From a publication's curated Markdown to units.

A unit starts at a heading that carries an attribute line (Djot style, read by mdit-py-plugins):

    {#waarom page=4}              unit "waarom", heading as printed
    {#inleiding page=4 .added}    the heading is ours: none is printed
    {#deel page=6 .group}         a printed heading over several units, no unit itself
    {unit=checklist}              before a paragraph: it belongs to that earlier unit
    [^1]: {#noot-1 page=4 title="…"}   a footnote is a unit as well
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from corpus.errors import CorpusError
from corpus.locator import is_id
from corpus.unit import Block, BlockKind, FootnoteMark, Unit

if TYPE_CHECKING:
    from markdown_it.token import Token

_LONE_MARK = re.compile(r"\[\^([^\]\s]+)\]")


@dataclass(slots=True)
class _Draft:
    """A unit while it is being read."""

    id: str
    title: str
    title_printed: bool
    page: str
    parent: str | None
    group: str | None
    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    marks: list[tuple[int, str]] = field(default_factory=list)

    def add(self, kind: BlockKind, lines: list[tuple[str, list[tuple[int, str]]]]) -> None:
        """Append a block; each line is its text and (position, footnote label) pairs within it."""
        if self.text:
            self.text += "\n\n"
        start = len(self.text)
        for number, (line, marks) in enumerate(lines):
            if number:
                self.text += "\n"
            self.marks += [(len(self.text) + position, label) for position, label in marks]
            self.text += line
        self.blocks.append(Block(kind, start, len(self.text)))


@dataclass(frozen=True, slots=True)
class Document:
    """What a curated text holds: its units in reading order and the printed headings of its groups (id -> heading)."""

    units: tuple[Unit, ...]
    groups: dict[str, str]


def read_markdown(source: str, publication: str) -> Document:
    """Read a publication's curated text.

    Raises:
        CorpusError: a heading without id or page, an id used twice, a footnote without its note or mark.
    """
    from markdown_it import MarkdownIt
    from mdit_py_plugins.attrs import attrs_block_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark").use(footnote_plugin).use(attrs_block_plugin)
    environment: dict[str, Any] = {}
    tokens = parser.parse(source, environment)
    # The parser drops a note that no mark refers to, and leaves a mark without a note as text: both would lose words.
    notes = environment.get("footnotes", {}).get("refs", {})
    odd = [name.removeprefix(":") for name, number in notes.items() if number < 0]
    odd += [mark for token in tokens if token.type == "inline" for mark in _LONE_MARK.findall(_inline(token)[0])]
    if odd:
        raise CorpusError("footnote-unpaired", publication=publication, labels=", ".join(odd))
    return _Reader(publication).read(tokens)


class _Reader:
    """Walks the token stream once."""

    def __init__(self, publication: str) -> None:
        self.publication = publication
        self.drafts: dict[str, _Draft] = {}
        self.groups: dict[str, str] = {}
        self.notes: dict[str, str] = {}
        self.above: list[tuple[int, str]] = []
        self.group: tuple[int, str] | None = None
        self.current: _Draft | None = None

    def read(self, tokens: list[Token]) -> Document:
        label: str | None = None
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.type == "heading_open":
                self._heading(token, _inline(tokens[position + 1])[0])
                position += 3
            elif token.type == "footnote_open":
                label = str(token.meta["label"])
                position += 1
            elif token.type == "footnote_close":
                label = None
                position += 1
            elif token.type in ("ordered_list_open", "bullet_list_open"):
                position = self._list(tokens, position)
            elif token.type == "paragraph_open":
                if label is not None and "id" in token.attrs:
                    self._footnote(label, token)
                kind: BlockKind = "quotation" if token.level and label is None else "paragraph"
                self._target(token).add(kind, [_inline(tokens[position + 1])])
                position += 3
            else:
                position += 1
        return self._finish()

    def _heading(self, token: Token, title: str) -> None:
        level, attrs = int(token.tag[1]), token.attrs
        classes = str(attrs.get("class", "")).split()
        self.above = [(depth, uid) for depth, uid in self.above if depth < level]
        if self.group and self.group[0] >= level:
            self.group = None
        if "group" in classes:
            self.group = (level, title)
            self.groups[str(attrs["id"])] = title
            return
        parent = self.above[-1][1] if self.above else None
        self.current = self._start(attrs, title, "added" not in classes, parent)
        self.above.append((level, self.current.id))

    def _footnote(self, label: str, token: Token) -> None:
        self.group = None
        self.current = self._start(token.attrs, str(token.attrs.get("title", "")), False, None)
        self.notes[label] = self.current.id

    def _start(self, attrs: dict[str, str | int | float], title: str, printed: bool, parent: str | None) -> _Draft:
        uid, page = str(attrs.get("id", "")), str(attrs.get("page", ""))
        if not is_id(uid) or not page or not title:
            raise CorpusError("unit-incomplete", publication=self.publication, title=title, unit=uid)
        if uid in self.drafts:
            raise CorpusError("unit-twice", publication=self.publication, unit=uid)
        draft = _Draft(uid, title, printed, page, parent, self.group[1] if self.group else None)
        self.drafts[uid] = draft
        return draft

    def _target(self, token: Token) -> _Draft:
        named = token.attrs.get("unit")
        target = self.drafts.get(str(named)) if named else self.current
        if target is None:
            raise CorpusError("text-without-unit", publication=self.publication, unit=named or "–")
        return target

    def _list(self, tokens: list[Token], position: int) -> int:
        opening = tokens[position]
        number = int(opening.attrs.get("start", 1))
        lines: list[tuple[str, list[tuple[int, str]]]] = []
        while tokens[position].type != opening.type.replace("open", "close"):
            token = tokens[position]
            if token.type == "inline":
                text, marks = _inline(token)
                lead = f"{number}. " if opening.type.startswith("ordered") else "- "
                lines.append((lead + text, [(at + len(lead), label) for at, label in marks]))
                number += 1
            position += 1
        self._target(opening).add("list", lines)
        return position + 1

    def _finish(self) -> Document:
        units = tuple(
            Unit(
                publication=self.publication,
                id=d.id,
                title=d.title,
                title_printed=d.title_printed,
                text=d.text,
                page=d.page,
                blocks=tuple(d.blocks),
                marks=tuple(FootnoteMark(at, self.notes[label]) for at, label in d.marks),
                parent=d.parent,
                group=d.group,
            )
            for d in self.drafts.values()
        )
        return Document(units, self.groups)


def _inline(token: Token) -> tuple[str, list[tuple[int, str]]]:
    """Plain text of an inline token, line breaks as spaces, with its footnote marks as (position, label)."""
    text, marks = "", []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            text += " "
        elif child.type == "footnote_ref":
            marks.append((len(text), str(child.meta["label"])))
        elif child.type != "footnote_anchor":
            text += child.content
    return text, marks
