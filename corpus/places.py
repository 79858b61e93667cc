"""Places named in a question ("actiepunt 2", "pagina 9"), found with the publication's own words.

All words come from ``publication.toml``; this file knows only the forms: a word and a number, an ordinal and a word,
ranges, pages, boxes and names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from corpus.publication import Publication
from corpus.unit import Unit


class PlaceFinder:
    """Finds the units that a question names."""

    def __init__(self, publication: Publication) -> None:
        self.publication = publication
        data = publication.data
        words: dict[str, Any] = data["words"]
        self._numbers = _values(words.get("numbers", []))
        self._ordinals = _values(words.get("ordinals", []))
        self._ordinals |= dict.fromkeys(words.get("last", []), -1)
        number = rf"(?:\d{{1,3}}|{_either(self._numbers)})"
        # "2", "2 en 3", "2, 4 en 5", "2 t/m 4"
        self._span = rf"{number}(?:\s*(?:,|en|and|&|of|or|t/m|tot en met|through|to|-|–)\s*{number})*"
        self._number = re.compile(rf"\b{number}\b")
        self._ordinal = rf"(?:{_either(self._ordinals)})"
        self._pages = re.compile(rf"(?:\b|(?<=\s))(?:{_either(words.get('page', []))})\s*({self._span})(?!\w)")

    def find(self, question: str) -> list[Unit]:
        """The named units in the order of the question, each once; empty when the question names none."""
        text = " ".join(question.lower().split())
        ids = [*self._series(text), *self._on_pages(text)]
        ids = ids or list(self._named(text))
        return [self.publication.by_id[uid] for uid in dict.fromkeys(ids) if uid in self.publication.by_id]

    def _series(self, text: str) -> Iterator[str]:
        for series in self.publication.data.get("series", []):
            if "with" in series and not _any(series["with"], text):
                continue
            numbers = list(self._members(series, text))
            if not numbers and "with" in series and _any(series["words"], text):
                numbers = list(range(1, series["count"] + 1))
            for number in numbers:
                yield from self._boxed(series["unit"], number, text)

    def _members(self, series: dict[str, Any], text: str) -> Iterator[int]:
        words = _either(series["words"])
        heads = _either([*series["words"], *series.get("items", [])])
        found = [
            match.group(1) for match in re.finditer(rf"\b(?:{words})\s*(?:nr\.?|nummer|number)?\s*({self._span})(?!\w)", text)
        ]
        if "items" in series and _any(series["words"], text):
            items = _either(series["items"])
            found += [m.group(1) for m in re.finditer(rf"\b(?:{items})\s+({self._span})(?!\w)", text)]
        for span in found:
            yield from (n for n in self._range(span) if 1 <= n <= series["count"])
        if not _any(series["words"], text):
            return
        for match in re.finditer(rf"(?<!\w)({self._ordinal})\s+(?:\w+\s+)?(?:{heads})(?!\w)", text):
            number = self._ordinals[match.group(1)]
            number = series["count"] if number < 0 else number
            if number <= series["count"]:
                yield number

    def _range(self, span: str) -> list[int]:
        numbers = [int(n) if n.isdigit() else self._numbers[n] for n in self._number.findall(span)]
        if len(numbers) == 2 and re.search(r"t/m|tot en met|through|\bto\b|-|–", span):
            return list(range(numbers[0], numbers[1] + 1))
        return numbers

    def _boxed(self, pattern: str, number: int, text: str) -> Iterator[str]:
        for box in self.publication.data.get("boxes", []):
            if box["of"] == pattern and _any(box["words"], text):
                yield box["unit"].replace("{n}", str(number))
                return
        yield pattern.replace("{n}", str(number))

    def _on_pages(self, text: str) -> Iterator[str]:
        for match in self._pages.finditer(text):
            for page in self._range(match.group(1)):
                for unit in self.publication.units:
                    if unit.text and unit.pages[0] <= page <= unit.pages[1]:
                        yield unit.id

    def _named(self, text: str) -> Iterator[str]:
        for name in self.publication.data.get("named", []):
            if _any(name["words"], text):
                yield from name["units"]


def _values(words: list[str]) -> dict[str, int]:
    """``["een|one", "twee|two"]`` -> {"een": 1, "one": 1, "twee": 2, "two": 2}."""
    return {form: value for value, forms in enumerate(words, 1) for form in forms.split("|")}


def _either(words: Any) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or r"(?!)"


def _any(words: list[str], text: str) -> bool:
    return re.search(rf"(?<!\w)(?:{_either(words)})(?!\w)", text) is not None
