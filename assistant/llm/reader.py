"""From a stream of pieces to sentences with their marks, each as soon as it is complete."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from assistant.guards.clean import neutralise
from corpus.sentences import sentences_in

_MARKED = re.compile(r"(?P<text>[^\[]*?)(?P<marks>\[[^\[\]]*\](?:[ \t,;]*\[[^\[\]]*\])*)(?P<tail>[.!?]*)")
_OPEN = re.compile(r"\[(?=[^\[\]]{41})")
"""A bracket that closes nowhere near holds no mark."""
_BRACKETS = str.maketrans({"【": "[", "】": "]", "［": "[", "］": "]"})
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_LAYOUT = re.compile(r"[*_`#|\[\]{}~\\]|<[^<>]{0,200}>|[<>]")
_FULL = re.compile(r"[.!?:][’”\"')]*$")


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence of the model.

    Attributes:
        text: plain, on one line.
        marks: known marks behind it, each once; empty when it has none.
        unknown: how many marks behind it nobody knows.
        listed: whether it is a line of a list.
    """

    text: str
    marks: tuple[str, ...] = ()
    unknown: int = 0
    listed: bool = False


class Reader:
    """Cuts what a model writes into sentences.

    Args:
        known: the marks that exist.
    """

    def __init__(self, known: Collection[str]) -> None:
        self._known = frozenset(known)
        self._buffer = ""
        self._marks: list[str] = []
        self._unknown = 0

    def feed(self, piece: str) -> list[Marked]:
        """Sentences that a piece completes: what follows shows that no more marks come. An empty piece says that all is quiet."""
        self._buffer = _OPEN.sub("", (self._buffer + piece.translate(_BRACKETS)).replace("[[", "[").replace("]]", "]"))
        return self._cut(quiet=not piece, last=False)

    @property
    def waiting(self) -> int:
        """Characters that have no mark behind them yet."""
        return len(self._buffer)

    def end(self) -> list[Marked]:
        """What is left when the stream has ended."""
        found = self._cut(quiet=True, last=True)
        found += [_sentence(text, (), 0) for text in _split(self._buffer)]
        self._buffer = ""
        return found

    def _cut(self, quiet: bool, last: bool) -> list[Marked]:
        found: list[Marked] = []
        while match := _MARKED.match(self._buffer):
            rest = self._buffer[match.end() :]
            following = rest.lstrip(" \t")
            full = bool(match["tail"] or _FULL.search(match["text"].rstrip()))
            if not last and following[:1] in ("", "[", *".!?,;") and not (quiet and not following and full):
                break
            self._buffer = rest
            self._note(match["marks"])
            if following[:1].islower() and not full:
                # A mark in the middle of a sentence: the sentence goes on behind it.
                self._buffer = f"{match['text'].rstrip()} {following}"
                continue
            found += self._taken(match["text"].rstrip() + match["tail"])
        return found

    def _note(self, group: str) -> None:
        for name in re.findall(r"\w+", group):
            known = name.upper()
            if known not in self._known:
                self._unknown += 1
            elif known not in self._marks:
                self._marks.append(known)

    def _taken(self, text: str) -> list[Marked]:
        """The sentences before a group of marks; the last one has them."""
        marks, unknown = tuple(self._marks), self._unknown
        self._marks, self._unknown = [], 0
        *before, own = _split(text) or [""]
        found = [_sentence(each, (), 0) for each in before]
        return [*found, _sentence(own, marks, unknown)] if own.strip(" .,;!?") else found


def _split(text: str) -> list[str]:
    return [sentence.text for line in text.split("\n") for sentence in sentences_in(line.strip()) if sentence.text.strip(" .,;")]


def _sentence(text: str, marks: tuple[str, ...], unknown: int) -> Marked:
    bare = _BULLET.sub("", text)
    plain = " ".join(_LAYOUT.sub("", neutralise(bare)).split()).lstrip(".,;!? ")
    if plain and not _FULL.search(plain):
        plain += "."
    return Marked(plain, marks, unknown, bare != text)
