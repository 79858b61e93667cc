"""Inline text on its way to a passage: white space becomes one space, marks keep their place."""

from __future__ import annotations

import re

from corpus.readers.reading import Mark, Passage, PassageKind
from corpus.repair import SOFT_HYPHEN, clean

_SPACE = re.compile(r"\s+")


class Flow:
    """Gathers the inline text of one passage."""

    def __init__(self) -> None:
        self.text = ""
        self.marks: list[Mark] = []

    def add(self, text: str | None) -> None:
        """Append text as it stands in the file."""
        added = _SPACE.sub(" ", clean(text or "").replace(SOFT_HYPHEN, ""))
        self.text += added.lstrip() if not self.text or self.text.endswith((" ", "\n")) else added

    def mark(self, label: str) -> None:
        """Append a footnote mark; it stands behind a word, never behind a space."""
        self.text = self.text.rstrip(" ")
        self.marks.append(Mark(len(self.text), label))

    def line(self, lead: str) -> None:
        """Begin a new line of a list or table."""
        self.text = self.text.rstrip(" ")
        self.text += ("\n" if self.text else "") + lead

    def take(self, kind: PassageKind, *, level: int = 0, label: str | None = None, box: int | None = None) -> Passage | None:
        """The passage gathered so far, None when there is no text; the flow is empty afterwards."""
        text = self.text.rstrip()
        marks = tuple(Mark(min(mark.position, len(text)), mark.label) for mark in self.marks)
        self.text, self.marks = "", []
        if not text.strip("-|. \n"):
            return None
        return Passage(kind, text, level=level, label=label, box=box, marks=marks)
