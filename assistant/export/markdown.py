"""A document as Markdown (CommonMark), readable as it stands and when rendered."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.export.document import Document, Exchange, FootnoteEntry, Place, SourceNote
from assistant.export.text import Line, Piece

_SIGNS = re.compile(r"[\\`*_\[\]#|~^]")
# As entities: tags, and formulas and templates of programs that read Markdown and do not know a backslash there.
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;", "{": "&#123;", "}": "&#125;"})
_BEGINS = re.compile(r"^(\s*\d*)([-+=:%.)!])")
_ADDRESS = re.compile(r"(?<=\w)([.:@])(?=[\w/])")
_JOINER = "\u2060"
"""Word joiner: an invisible character."""


def to_markdown(document: Document) -> str:
    """The document as text, ending with a newline."""
    blocks = [
        f"# {_literal(document.title)}",
        "\n".join(f"- **{_literal(fact.term)}:** {_inline(fact.value)}" for fact in document.facts),
        f"> **{_literal(document.words['notice_title'])}**\n>\n> {_literal(document.notice)}",
    ]
    for exchange in document.exchanges:
        blocks += _exchange(exchange, document.words["citations"])
    return "\n\n".join(block for block in blocks if block) + "\n"


def _exchange(exchange: Exchange, citations: str) -> list[str]:
    return [
        f"## {_inline(exchange.heading)}",
        _flow(exchange.question),
        f"*{_literal(exchange.outcome.term)}: {_inline(exchange.outcome.value)}*",
        _flow(exchange.answer),
        f"### {_literal(citations)}" if exchange.places else "",
        *(block for place in exchange.places for block in _place(place)),
    ]


def _place(place: Place) -> list[str]:
    quote = "\n".join(f"> {line}".rstrip() for line in _flow(place.quote).split("\n"))
    quote += f"\n\n{_literal(place.dated)}" if place.dated else ""
    notes = [*([_literal(place.via)] if place.via else []), *(_source(place.source) if place.source else [])]
    notes += [_inline(Line((place.link,)))] if place.link else []
    notes += [_footnote(note) for note in place.footnotes]
    # Bold, then lines of a list: a heading per citation would drown the questions in a table of contents.
    return [f"**[{place.marker}] {_literal(place.label)}**", quote, "\n".join(f"- {note}" for note in notes)]


def _footnote(note: FootnoteEntry) -> str:
    told = _source(note.source) if note.source else []
    return "\n".join([f"{_literal(note.label)}: {_inline(note.text)}", *(f"  - {line}" for line in told)])


def _source(source: SourceNote) -> list[str]:
    said = [f"{_literal(source.fact.term)}: {_inline(source.fact.value)}"] if source.fact else []
    return [*said, *map(_piece, source.links), *([_inline(source.note)] if source.note else [])]


def _flow(lines: Iterable[Line]) -> str:
    """Paragraphs with an empty line between them; the items of a list follow each other."""
    text, listed = "", False
    for line in lines:
        label = {"": "", "•": "- "}.get(line.label, f"{line.label} ")
        joint = "\n" if listed and label else "\n\n"
        text, listed = f"{text}{joint if text else ''}{label}{_inline(line)}", bool(label)
    return text


def _inline(line: Line) -> str:
    return _BEGINS.sub(r"\1\\\2", "".join(map(_piece, line.pieces)).strip())


def _piece(piece: Piece) -> str:
    text = _typed(piece.text) if piece.typed else _literal(piece.text)
    if piece.url == piece.text:
        text = f"<{piece.url}>"
    elif piece.url:
        text = f"[{text}](<{piece.url}>)"
    elif piece.strong:
        text = f"**{text}**"
    return text + "".join(f" [{marker.number}]" for marker in piece.markers)


def _literal(text: str) -> str:
    return _SIGNS.sub(r"\\\g<0>", text).translate(_ENTITIES)


def _typed(text: str) -> str:
    """What a user typed, with addresses broken invisibly: many programs make a link of every address they see."""
    return _literal(_ADDRESS.sub(rf"\1{_JOINER}", text))
