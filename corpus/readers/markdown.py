"""Markdown with footnotes and tables. Our own curated Markdown is recognised and kept as it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.markdown import Document, read_markdown
from corpus.readers.decode import decode
from corpus.readers.reading import NO_PAGE, Mark, PageNote, Passage, PassageKind, Reading, Reason
from corpus.repair import SOFT_HYPHEN, clean, one_line

if TYPE_CHECKING:
    from markdown_it.token import Token

_CURATED = re.compile(r"^\{#[a-z0-9-]+ page=\S+.*\}\n#+ ", re.M)
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.S)


def read_markdown_file(file: Path) -> Reading:
    """Read Markdown.

    Raises:
        ReadingError: not text.
        CorpusError: curated Markdown with a fault in it.
    """
    source, guessed = decode(file)
    source = _FRONT.sub("", source)
    reasons = (Reason("encoding", guessed),) if guessed else ()
    if _CURATED.search(source):
        document = read_markdown(source, file.stem)
        pages = dict.fromkeys(unit.page.partition("-")[0] for unit in document.units)
        notes = tuple(PageNote(number, page) for number, page in enumerate(pages, 1))
        return Reading("markdown", _curated(document), notes, curated=source)
    return Reading("markdown", tuple(_Walk(_tokens(source)).passages), (PageNote(1, NO_PAGE, reasons),))


def _curated(document: Document) -> tuple[Passage, ...]:
    """The units as passages, for the report; the text itself is taken over as it is."""
    found = []
    for unit in document.units:
        found.append(Passage("heading", unit.title, unit.page, 1))
        for block in unit.blocks:
            found.append(Passage(block.kind, unit.text[block.start : block.end], unit.page))
    return tuple(found)


def _tokens(source: str) -> list[Token]:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    return MarkdownIt("commonmark").enable("table").use(footnote_plugin).parse(source)


class _Walk:
    """Walks the tokens once; ``passages`` is what they hold."""

    def __init__(self, tokens: list[Token]) -> None:
        self.passages: list[Passage] = []
        self._items: list[str] = []
        self._marks: list[Mark] = []
        self._rows: list[list[str]] = []
        self._numbers: list[int | None] = []
        self._fresh = False
        self._label: str | None = None
        self._quoted = 0
        for position, token in enumerate(tokens):
            self._meet(token, tokens[position - 1] if position else None)

    def _meet(self, token: Token, before: Token | None) -> None:
        match token.type:
            case "ordered_list_open":
                self._numbers.append(int(token.attrs.get("start", 1)))
            case "bullet_list_open":
                self._numbers.append(None)
            case "ordered_list_close" | "bullet_list_close":
                self._numbers.pop()
                if not self._numbers:
                    self._end_list()
            case "list_item_open":
                self._fresh = True
            case "blockquote_open" | "blockquote_close":
                self._quoted += token.nesting
            case "footnote_open" | "footnote_close":
                self._label = str(token.meta["label"]) if token.nesting > 0 else None
            case "tr_open":
                self._rows.append([])
            case "table_close":
                self.passages.append(Passage("table", "\n".join(" | ".join(row) for row in self._rows)))
                self._rows = []
            case "inline":
                self._inline(token, before)
            case _:
                self._literal(token)

    def _literal(self, token: Token) -> None:
        if token.type == "html_block":
            self._html(token.content)
        elif token.type in ("fence", "code_block"):
            self._add("paragraph", one_line(token.content), ())

    def _inline(self, token: Token, before: Token | None) -> None:
        text, marks = _plain(token)
        if before is not None and before.type == "heading_open":
            self.passages.append(Passage("heading", text, level=int(before.tag[1]), marks=marks))
        elif before is not None and before.type in ("td_open", "th_open"):
            self._rows[-1].append(text)
        elif self._numbers:
            self._item(text, marks)
        else:
            self._add("quotation" if self._quoted else "paragraph", text, marks)

    def _add(self, kind: PassageKind, text: str, marks: tuple[Mark, ...]) -> None:
        if self._numbers:
            self._item(text, marks)
        elif self._label is not None and self.passages and self.passages[-1].label == self._label:
            # A note's further paragraph goes on in the note.
            earlier = self.passages.pop()
            self.passages.append(Passage("footnote", f"{earlier.text} {text}", label=self._label))
        elif self._label is not None:
            self.passages.append(Passage("footnote", text, label=self._label))
        elif text:
            self.passages.append(Passage(kind, text, marks=marks))

    def _item(self, text: str, marks: tuple[Mark, ...]) -> None:
        if self._fresh or not self._items:
            number = self._numbers[-1]
            lead = "- " if number is None else f"{number}. "
            if number is not None:
                self._numbers[-1] = number + 1
            self._items.append(lead)
            self._fresh = False
        else:
            self._items[-1] += " "
        offset = sum(len(item) + 1 for item in self._items[:-1]) + len(self._items[-1])
        self._marks += [Mark(offset + mark.position, mark.label) for mark in marks]
        self._items[-1] += text

    def _end_list(self) -> None:
        if self._items and self._label is not None:
            self.passages.append(Passage("footnote", " ".join(self._items), label=self._label))
        elif self._items:
            self.passages.append(Passage("list", "\n".join(self._items), marks=tuple(self._marks)))
        self._items, self._marks = [], []

    def _html(self, content: str) -> None:
        from corpus.readers.html import fragment

        if self._numbers or self._label is not None:
            self._add("paragraph", " ".join(passage.text for passage in fragment(content)), ())
        else:
            self.passages += fragment(content)


def _plain(token: Token) -> tuple[str, tuple[Mark, ...]]:
    text, marks = "", []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            text += " "
        elif child.type == "footnote_ref":
            text = text.rstrip()
            marks.append(Mark(len(text), str(child.meta["label"])))
        elif child.type not in ("footnote_anchor", "html_inline"):
            text += re.sub(r"\s+", " ", clean(child.content)).replace(SOFT_HYPHEN, "")
    return text.strip(), tuple(marks)
