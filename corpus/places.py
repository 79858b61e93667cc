"""Places named in a question ("actiepunt 2", "pagina 9"), found with the publication's own words.

All words come from ``publication.toml``; this file knows only the forms: a word and a number, an ordinal and a word,
ranges, pages, boxes and names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any

from corpus.publication import Publication
from corpus.unit import Unit
from corpus.vocabulary import Vocabulary

_FUZZY_FROM = 7
"""Letters of the shortest place word that is recognised with a typing error."""


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
        self._span = rf"{number}(?:\s*(?:,|en|and|&|of|or|t/m|tot en met|tot|through|to|-|–)\s*{number})*"
        self._number = re.compile(rf"\b{number}\b")
        self._ordinal = rf"(?:{_either(self._ordinals)})"
        self._pages = re.compile(rf"(?:\b|(?<=\s))(?:{_either(words.get('page', []))})\s*({self._span})(?!\w)")

    def find(self, question: str) -> list[Unit]:
        """The named units in the order of the question, each once; empty when the question names none."""
        text = self._corrected(" ".join(question.lower().split()))
        named, paged = list(self._named(text)), list(self._on_pages(text))
        ids = [*self._series(text), *([uid for uid in paged if uid in named] or paged)] or named
        return [self.publication.by_id[uid] for uid in dict.fromkeys(ids) if uid in self.publication.by_id]

    def ordinal(self, text: str, items: list[str]) -> int | None:
        """The position that "de tweede", "nummer 4" or "the last one" points at (-1: the last); None when none does."""
        if match := re.search(rf"(?<!\w)({self._ordinal})(?!\w)", text):
            return self._ordinals[match.group(1)]
        match = re.search(rf"(?<!\w)(?:{_either(items)})\s+(\d{{1,2}}|{_either(self._numbers)})(?!\w)", text)
        return self._value(match.group(1)) if match else None

    def boxes(self, text: str, unit: Unit) -> list[Unit]:
        """The boxes of a unit that a text names ("en het voorbeeld?")."""
        found = []
        for box in self.publication.data.get("boxes", []):
            match = re.fullmatch(re.escape(box["of"]).replace(r"\{n\}", r"(\d+)"), unit.id)
            if match and contains(box["words"], text):
                found.append(self.publication.by_id[box["unit"].replace("{n}", match.group(1))])
        return found[:1]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every single word by which places are named, numbers and ordinals included."""
        return frozenset(word for phrase in [*self._phrases, *self._numbers, *self._ordinals] for word in phrase.split())

    @cached_property
    def _phrases(self) -> list[str]:
        data = self.publication.data
        tables = [*data.get("series", []), *data.get("boxes", []), *data.get("named", [])]
        listed = [word for table in tables for key in ("words", "items", "with") for word in table.get(key, [])]
        return [*listed, *data["words"].get("page", [])]

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(phrase for phrase in self._phrases if len(phrase) >= _FUZZY_FROM)

    @cached_property
    def _known(self) -> frozenset[str]:
        return Vocabulary(unit.text for unit in self.publication.units).words

    def _corrected(self, text: str) -> str:
        """The text with misspelt place words set right."""

        def right(match: re.Match[str]) -> str:
            word = match.group()
            if len(word) < _FUZZY_FROM or word in self._known or word in self.words:
                return word
            return self._vocabulary.nearest(word, 1) or word

        return re.sub(r"[^\W\d_]+", right, text)

    def _series(self, text: str) -> Iterator[str]:
        for series in self.publication.data.get("series", []):
            meant = "with" not in series or contains(series["with"], text)
            numbers = list(self._members(series, text)) if meant else list(self._numbered(series["words"], series, text))
            if not numbers and meant and "with" in series and contains(series["words"], text):
                numbers = list(range(1, series["count"] + 1))
            for number in numbers:
                yield from self._boxed(series["unit"], number, text)

    def _numbered(self, words: list[str], series: dict[str, Any], text: str) -> Iterator[int]:
        for match in re.finditer(rf"(?<!\w)(?:{_either(words)})\s*(?:nr\.?|nummer|number|#)?\s*({self._span})(?!\w)", text):
            yield from (n for n in self._range(match.group(1)) if 1 <= n <= series["count"])

    def _members(self, series: dict[str, Any], text: str) -> Iterator[int]:
        heads = _either([*series["words"], *series.get("items", [])])
        yield from self._numbered(series["words"], series, text)
        if not contains(series["words"], text):
            return
        yield from self._numbered(series.get("items", []), series, text)
        ordinals = rf"({self._ordinal})(?:\s*(?:,|en|and|of|or)\s*(?:de|het|the)?\s*({self._ordinal}))?"
        for match in re.finditer(rf"(?<!\w){ordinals}\s+(?:\w+\s+)?(?:{heads})(?!\w)", text):
            for word in filter(None, match.groups()):
                number = self._ordinals[word]
                number = series["count"] if number < 0 else number
                if number <= series["count"]:
                    yield number

    def _range(self, span: str) -> list[int]:
        numbers = [self._value(n) for n in self._number.findall(span)]
        if len(numbers) == 2 and re.search(r"t/m|\btot\b|through|\bto\b|-|–", span):
            return list(range(numbers[0], numbers[1] + 1))
        return numbers

    def _value(self, number: str) -> int:
        return int(number) if number.isdigit() else self._numbers[number]

    def _boxed(self, pattern: str, number: int, text: str) -> Iterator[str]:
        for box in self.publication.data.get("boxes", []):
            if box["of"] == pattern and contains(box["words"], text):
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
        """Units of the first name that fits; names that ask for a second word (``with``) come first in the file."""
        for name in self.publication.data.get("named", []):
            if contains(name["words"], text) and ("with" not in name or contains(name["with"], text)):
                yield from name["units"]
                return


def contains(phrases: list[str], text: str) -> bool:
    """Whether one of the phrases stands in a lower-case text, as whole words."""
    return _pattern(tuple(phrases)).search(text) is not None


@lru_cache(maxsize=512)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_either(phrases)})(?!\w)")


def _values(words: list[str]) -> dict[str, int]:
    """``["een|one", "twee|two"]`` -> {"een": 1, "one": 1, "twee": 2, "two": 2}."""
    return {form: value for value, forms in enumerate(words, 1) for form in forms.split("|")}


def _either(words: Any) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or r"(?!)"
