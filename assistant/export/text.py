"""Text as every form of export takes it: cleaned, cut into lines and pieces, with links that are safe.

What a user typed never becomes a link or emphasis here, also where a reply repeats it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

_MARKER = re.compile(r"\[(\d+)\]")
_LABEL = re.compile(r"(\d{1,3}\.|[-*•])\s+(?=\S)")
_DATED = re.compile(r" \([^()]*\d{4}\)$")
# Signs of a reply that mean something: a link, emphasis, a bare address.
_SIGNS = re.compile(
    r"\[(?P<words>[^\[\]]+)\]\((?P<url>[^\s()]+)\)|\*\*(?P<strong>[^*]+)\*\*|(?P<address>[^\s‘’“”()<>\[\],]+[.:@][^\s‘’“”()<>\[\],]+)"
)
_BREAKS = re.compile(r"\r\n?|[\u2028\u2029\v\f\x85]")
_UNSAFE = re.compile(r"[\s\"<>\\^`{|}]")


@dataclass(frozen=True, slots=True)
class Marker:
    """The number of a citation; ``anchor`` is its name within the document."""

    number: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one line. Pieces are joined without a space; each brings its own.

    Attributes:
        language: of the words, as a code such as ``"nl"``.
        url: an http or https address that the words lead to; None where they lead nowhere.
        typed: a user typed it, so that no form may read anything into it.
        markers: of the citations that support it, shown after it.
    """

    text: str
    language: str
    url: str | None = None
    strong: bool = False
    typed: bool = False
    markers: tuple[Marker, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, or an item of a list when it has a label (``"1."`` or ``"•"``)."""

    pieces: tuple[Piece, ...]
    label: str = ""

    @property
    def text(self) -> str:
        """Its words without label and markers."""
        return "".join(piece.text for piece in self.pieces)


def clean(text: str) -> str:
    """Text without what files do not allow or readers do not see: control, format and unassigned characters, half surrogates.

    Every line break becomes a newline, every tab a space.
    """
    text = _BREAKS.sub("\n", text).replace("\t", " ")
    return "".join(ch for ch in text if ch == "\n" or unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Cn", "Co"))


def safe_url(url: str | None) -> str | None:
    """The address when it is an absolute http or https one, its odd characters percent-encoded; else None.

    >>> safe_url("javascript:alert(1)") is None
    True
    """
    url = clean(url or "").strip()
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        return None
    return _UNSAFE.sub(lambda match: quote(match[0]), url) if fits else None


def lines_of(text: str) -> list[str]:
    """The lines of a text that hold something, without space around them."""
    return [line.strip() for line in clean(text).split("\n") if line.strip()]


def labelled(text: str, language: str) -> Line:
    """One line of a publication's text; the number or dash of a list item becomes its label."""
    label, rest = _cut(text)
    return Line((Piece(rest, language),), label)


def stated(
    text: str, quotes: Mapping[int, str], anchors: Mapping[int, str], languages: Mapping[int, str], spoken: str
) -> Line | None:
    """A line of statements that end with their markers; None where it does not end with the marker of a citation.

    Args:
        quotes: of the citations, by marker.
        anchors: names of the citations within the document, by marker.
        languages: of the quotes, by marker.
        spoken: language of words that do not stand in the quote.
    """
    label, rest = _cut(text)
    found = [match for match in _MARKER.finditer(rest) if int(match[1]) in quotes]
    if not found or found[-1].end() != len(rest):
        return None
    pieces: list[Piece] = []
    begin = 0
    for match in found:
        said, number, begin = rest[begin : match.start()].strip(), int(match[1]), match.end()
        marker = Marker(number, anchors[number])
        if said or not pieces:
            language = languages[number] if _DATED.sub("", said) in quotes[number] else spoken
            pieces.append(Piece(f" {said}" if pieces else said, language, markers=(marker,)))
        else:
            pieces[-1] = replace(pieces[-1], markers=(*pieces[-1].markers, marker))
    return Line(tuple(pieces), label)


def dated(line: Line, quotes: Mapping[int, str]) -> dict[int, str]:
    """Per marker the words that date a literal statement of relative time, such as "(stand 2021)"."""
    found = {}
    for piece in line.pieces:
        words = _DATED.search(piece.text)
        if words is None:
            continue
        bare, whole = piece.text[: words.start()].strip(), piece.text.strip()
        for marker in piece.markers:
            if bare in quotes[marker.number] and whole not in quotes[marker.number]:
                found[marker.number] = words[0].strip()
    return found


def replied(text: str, language: str, typed: Collection[str]) -> Line:
    """A line of a reply: its links and emphasis kept, but not those that stand in ``typed``, the words of the user."""
    label, rest = _cut(text)
    pieces: list[Piece] = []
    begin = 0
    for match in _SIGNS.finditer(rest):
        pieces.append(Piece(rest[begin : match.start()], language))
        pieces.append(_sign(match, language, typed))
        begin = match.end()
    pieces.append(Piece(rest[begin:], language))
    return Line(tuple(piece for piece in pieces if piece.text), label)


def _sign(match: re.Match[str], language: str, typed: Collection[str]) -> Piece:
    if any(match[0] in words for words in typed):
        return Piece(match[0], language, typed=True)
    if match["strong"]:
        return Piece(match["strong"], language, strong=True)
    # A link within the page leads nowhere in a file: its words stay.
    return Piece(match["words"] or match[0], language, url=safe_url(match["url"] or match["address"]))


def _cut(text: str) -> tuple[str, str]:
    found = _LABEL.match(text)
    if not found:
        return "", text
    return (found[1] if found[1][0].isdigit() else "•"), text[found.end() :]
