"""What a Word file's styles and numbering say about a paragraph or run: heading, list, hidden."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

from corpus.readers.numerals import roman
from corpus.readers.package import Package, W, is_on, value
from corpus.wording import table

_TINY = 4
"""Half points: text of 2 points or less is not meant to be read."""


@cache
def _named(what: str) -> re.Pattern[str]:
    """The names of built-in styles for headings, titles, contents, quotations or bullets, in some languages of Word."""
    return re.compile("|".join(table("word_styles")[what]), re.I)


class Styles:
    """The styles of a file, each with the one it is based on."""

    def __init__(self, package: Package) -> None:
        root = package.part("word/styles.xml")
        found = root.iter(W + "style") if root is not None else ()
        self._styles = {style.get(W + "styleId"): style for style in found}
        self._defaults = {style.get(W + "type"): style for style in self._styles.values() if style.get(W + "default") == "1"}

    def chain(self, identifier: str | None, kind: str = "paragraph") -> Iterator[Any]:
        """The style and those it is based on, nearest first; the default one when none is named."""
        style = self._styles.get(identifier) if identifier else self._defaults.get(kind)
        seen: list[Any] = []
        while style is not None and style not in seen:
            seen.append(style)
            yield style
            style = self._styles.get(value(style, "basedOn"))

    def level(self, paragraph: Any) -> int:
        """The heading's level (1–6) of a paragraph; 0 when it is no heading."""
        properties = paragraph.find(W + "pPr")
        said = value(properties, "outlineLvl")
        for style in self.chain(value(properties, "pStyle")):
            name = value(style, "name") or ""
            match = _named("heading").fullmatch(name)
            if match:
                return min(6, int(match.group()[-1]))
            if _named("title").fullmatch(name):
                return 1
            said = said or value(style.find(W + "pPr"), "outlineLvl")
        return min(6, int(said) + 1) if said and said.isdigit() and int(said) < 9 else 0

    def _names(self, paragraph: Any) -> list[str]:
        return [value(style, "name") or "" for style in self.chain(value(paragraph.find(W + "pPr"), "pStyle"))]

    def is_contents(self, paragraph: Any) -> bool:
        """Whether the paragraph is a line of a table of contents."""
        return any(_named("contents").match(name) for name in self._names(paragraph))

    def is_quotation(self, paragraph: Any) -> bool:
        return any(_named("quotation").search(name) for name in self._names(paragraph))

    def numbering(self, paragraph: Any) -> tuple[str, int] | None:
        """The list that a paragraph is an item of and its depth, as (numId, level); None when it is in none."""
        properties = paragraph.find(W + "pPr")
        for holder in (properties, *(style.find(W + "pPr") for style in self.chain(value(properties, "pStyle")))):
            numbers = holder.find(W + "numPr") if holder is not None else None
            if numbers is not None:
                number, depth = value(numbers, "numId"), value(numbers, "ilvl") or "0"
                return None if number in (None, "0") else (str(number), int(depth) if depth.isdigit() else 0)
        return ("bullet", 0) if any(_named("bullets").match(name) for name in self._names(paragraph)) else None

    def is_hidden(self, run: Any, paragraph: Any) -> bool:
        """Whether a run's text is unseen: marked as hidden, tiny, or white on nothing."""
        properties = run.find(W + "rPr")
        holders = [properties]
        if value(properties, "rStyle"):
            holders += [style.find(W + "rPr") for style in self.chain(value(properties, "rStyle"), "character")]
        holders += [style.find(W + "rPr") for style in self.chain(value(paragraph.find(W + "pPr"), "pStyle"))]
        said = next((state for holder in holders if (state := is_on(holder, "vanish")) is not None), False)
        size = next((size for holder in holders if (size := value(holder, "sz"))), "")
        colour = next((colour for holder in holders if (colour := value(holder, "color"))), "")
        tiny = size.isdigit() and int(size) <= _TINY
        return said or tiny or (colour.upper() == "FFFFFF" and not _is_shaded(run, holders))


def _is_shaded(run: Any, holders: list[Any]) -> bool:
    """Whether anything behind a run is coloured: itself, its styles, its paragraph, cell, table or frame."""
    if any(
        holder is not None and (holder.find(W + "shd") is not None or holder.find(W + "highlight") is not None)
        for holder in holders
    ):
        return True
    for element in run.iterancestors():
        for name in ("pPr", "tcPr", "tblPr"):
            properties = element.find(W + name)
            if properties is not None and properties.find(W + "shd") is not None:
                return True
        if element.tag in (W + "txbxContent", W + "tbl"):
            return True
    return False


class Numbering:
    """Counts the items of numbered lists as Word does."""

    def __init__(self, package: Package) -> None:
        root = package.part("word/numbering.xml")
        self._formats: dict[tuple[str, int], tuple[str, int]] = {}
        self._counts: defaultdict[str, list[int]] = defaultdict(lambda: [0] * 10)
        self._lists: dict[str, str] = {}
        if root is None:
            return
        abstract = {item.get(W + "abstractNumId"): item for item in root.iter(W + "abstractNum")}
        for number in root.iter(W + "num"):
            identifier, shared = number.get(W + "numId"), value(number, "abstractNumId")
            restarted = number.find(W + "lvlOverride") is not None
            self._lists[identifier] = f"{shared}/{identifier}" if restarted else str(shared)
            for level in abstract[shared].iter(W + "lvl") if shared in abstract else ():
                start = value(level, "start") or "1"
                depth = int(level.get(W + "ilvl") or 0)
                self._formats[identifier, depth] = value(level, "numFmt") or "decimal", int(start) if start.isdigit() else 1

    def lead(self, number: str, depth: int) -> str:
        """What the next item of a list begins with: "- ", or its number with a full stop."""
        form, start = self._formats.get((number, depth), ("bullet", 1))
        if form in ("bullet", "none"):
            return "- "
        counts = self._counts[self._lists.get(number, number)]
        counts[depth] = counts[depth] + 1 if counts[depth] else start
        counts[depth + 1 :] = [0] * (len(counts) - depth - 1)
        return f"{counts[depth]}. " if form.startswith("decimal") else f"{_lettered(counts[depth], form)}. "


def _lettered(number: int, form: str) -> str:
    text = roman(number) if form.endswith("Roman") else chr(ord("a") + (number - 1) % 26)
    return text.upper() if form.startswith("upper") else text
