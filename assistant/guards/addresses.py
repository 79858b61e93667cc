"""Addresses: a street with a house number, a postcode with a house number, and the town that belongs to either."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from assistant.guards.found import Span
from assistant.guards.lexicon import choice, fold, lexicon
from corpus.vocabulary import is_word

_WORD = re.compile(r"['’‘]?[^\W\d_]+(?:[-'’][^\W\d_]+)*\.?")
_POSTCODE = re.compile(r"(?<![\w-])[1-9]\d{3}[ \u00a0]?(?:[A-Z]{2}|[a-z]{2})(?!\w)")
_NUMBER_BEFORE = re.compile(r"(?<![\w.,-])[1-9]\d{0,4}(?:\s?[-/]?\s?(?:bis|hs|[A-Za-z]|\d{1,3}))?[,\s(]{1,3}$")
_ENGLISH_NUMBER = re.compile(r"(?<![\w.,-])\d{1,4}[A-Za-z]?,?\s$")
_ORDINAL = re.compile(r"\d{1,2}e\s$")
_YEAR = re.compile(r"(?:19|20)\d\d$")
_COMMAS = re.compile(r"[,\s]{0,3}")
_MOST_WORDS = 5
"""Words of the longest name of a street or a town."""
_TOWN = 60
"""Characters of the longest name of a town."""


def addresses(text: str) -> Iterator[Span]:
    """Addresses; a street, a postcode or a town alone is none."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.words = list(_WORD.finditer(text))
        self.lists = lexicon().words["address"]
        self.particles = lexicon().words["names"]["prefixes"] | self.lists["towards"]

    def read(self) -> Iterator[Span]:
        taken = 0
        for place, word in enumerate(self.words):
            span = (self._street(place) or self._english(place)) if word.start() >= taken else None
            if span and span[0] >= taken:
                taken = self._tail(span[1])
                yield Span("address", span[0], taken)
        for postcode in _POSTCODE.finditer(self.text):
            span = self._around(postcode)
            if span:
                yield Span("address", *span)

    def _shown(self, place: int) -> str:
        return self.words[place].group().lstrip("'’‘")

    def _key(self, place: int) -> str:
        return fold(self.words[place].group().rstrip("."))

    def _joined(self, place: int) -> bool:
        """Whether the word before this one stands right before it."""
        if place == 0:
            return False
        before = self.words[place - 1]
        gap = self.text[before.end() : self.words[place].start()]
        return gap in (" ", "\u00a0") or (gap == "" and before.group().endswith("."))

    def _street(self, place: int) -> tuple[int, int] | None:
        """A Dutch street that ends with this word, and its number; None when it is none."""
        number = _house_number().match(self.text, self.words[place].end())
        if not number:
            return None
        gap = _before_postcode().match(self.text, number.end())
        near = gap is not None and _POSTCODE.match(self.text, gap.end()) is not None
        if not near and (_YEAR.match(number["house"]) or self._counts(number.end())):
            return None
        first = self._kind_first(place)
        if first is not None:
            return self.words[first].start(), number.end()
        return (self._begin(place), number.end()) if self._is_street(place, near) else None

    def _counts(self, end: int) -> bool:
        """Whether what follows a number is counted by it."""
        word = _WORD.match(self.text, end + 1) if self.text[end : end + 1] == " " else None
        return word is not None and fold(word.group()) in self.lists["counted"]

    def _is_street(self, place: int, near: bool) -> bool:
        """Whether a word is a street.

        Args:
            near: a postcode follows its number.
        """
        key, capital = self._key(place), self._shown(place)[0].isupper()
        if any(key.endswith(end) and len(key) > len(end) for end in self.lists["streets"]):
            return True
        if any(key.endswith(end) and len(key) > len(end) + 1 for end in self.lists["weak_streets"]):
            firm = capital and key.endswith(tuple(self.lists["firm"])) and not key.startswith(tuple(self.lists["no_street"]))
            return near or firm or not is_word(key)
        alone = key in self.lists["streets"] or key in self.lists["weak_streets"]
        return alone and capital and self._joined(place) and self._shown(place - 1)[0].isupper()

    def _kind_first(self, place: int) -> int | None:
        """Where "Laan van Meerdervoort" begins, when this is its last word; None when it is none."""
        first = place
        while self._joined(first) and place - first < _MOST_WORDS:
            first -= 1
            key, capital = self._key(first), self._shown(first)[0].isupper()
            if key in self.lists["first"] and capital:
                particle = place - first > 1 and self._key(first + 1) in self.particles
                return first if particle and self._shown(place)[0].isupper() else None
            if not capital and key not in self.particles:
                return None
        return None

    def _begin(self, place: int) -> int:
        """Where the name of a street begins whose last word is known."""
        first = place
        while place - first < _MOST_WORDS and self._joined(first) and self._within(first - 1):
            first -= 1
        while first < place and self._outside(first):
            first += 1
        start = self.words[first].start()
        ordinal = _ORDINAL.search(self.text[max(0, start - 4) : start])
        return start - (len(ordinal.group()) if ordinal else 0)

    def _within(self, place: int) -> bool:
        """Whether a word can belong to the name of the street behind it."""
        key, shown = self._key(place), self._shown(place)
        listed = key in self.lists["within"]
        if self.words[place].group().endswith(".") and not listed and len(key) > 1:
            return False
        if not shown[0].isupper():
            return listed or key in self.particles or key in lexicon().lower
        opens = place == 0 or self.text[: self.words[place].start()].rstrip()[-1:] in ".?!:;("
        return listed or not opens or not is_word(key) or key in lexicon().given

    def _outside(self, place: int) -> bool:
        """Whether a word before a street is a preposition or an article and no part of its name."""
        key = self._key(place)
        if self._shown(place)[0].isupper():
            return False
        if key in self.lists["of"]:
            return not (self._joined(place) and self._key(place - 1) in self.lists["the"])
        return key in self.lists["outside"] or key in self.particles

    def _english(self, place: int) -> tuple[int, int] | None:
        """An English street: "12 Baker Street"; None when it is none."""
        first = place
        if self._key(place) not in self.lists["english"] or not self._shown(place)[0].isupper():
            return None
        while place - first < _MOST_WORDS and self._joined(first) and self._shown(first - 1)[0].isupper():
            first -= 1
        start = self.words[first].start()
        number = _ENGLISH_NUMBER.search(self.text[max(0, start - 8) : start])
        return (start - len(number.group()), self.words[place].end()) if number and first < place else None

    def _around(self, postcode: re.Match[str]) -> tuple[int, int] | None:
        """The address with this postcode: a number after it, or before it, with the name of a street in capitals."""
        start, letters = postcode.start(), postcode.group()[4:].strip()
        word = letters.islower() and len(postcode.group()) > len("1234ab") and is_word(letters)
        if word or _box().search(self.text[max(0, start - 28) : start]):
            return None
        after, town = _house_number().match(self.text, postcode.end()), self._town(postcode.end())
        if after:
            return start, self._tail(after.end())
        before = _NUMBER_BEFORE.search(self.text[max(0, start - 16) : start])
        if before:
            return self._begin_unlisted(start - len(before.group())), town or postcode.end()
        late = _house_number().match(self.text, town) if town else None
        return (start, late.end()) if late else None

    def _begin_unlisted(self, number: int) -> int:
        """Where a street begins that does not end like one, before its number: "De Hûskes 5"."""
        last = next((k for k in range(len(self.words) - 1, -1, -1) if self.words[k].end() <= number), None)
        if last is None or not self._shown(last)[0].isupper() or self.text[self.words[last].end() : number] not in (" ", ", "):
            return number
        start = self._begin(last)
        first = next(k for k in range(last + 1) if self.words[k].end() > start)
        article = self._joined(first) and self._key(first - 1) in self.lists["the"] and self._shown(first - 1)[0].isupper()
        return self.words[first - 1].start() if article else start

    def _tail(self, end: int) -> int:
        """The end of an address with the postcode and the town that follow a house number."""
        gap = _before_postcode().match(self.text, end)
        postcode = _POSTCODE.match(self.text, gap.end()) if gap else None
        if postcode:
            return self._town(postcode.end()) or postcode.end()
        joint = _before_town().match(self.text, end)
        return (joint and self._town(joint.end(), known=True)) or end

    def _town(self, position: int, known: bool = False) -> int | None:
        """Where the town that begins here ends; None when none does.

        Args:
            known: only a town of the list counts; otherwise any strange word with a capital does.
        """
        gap = _COMMAS.match(self.text, position)
        start, ends = gap.end() if gap else position, list[int]()
        for word in _WORD.finditer(self.text, start, start + _TOWN):
            if word.start() != (ends[-1] + 1 if ends else start) or len(ends) == _MOST_WORDS:
                break
            ends.append(word.end() - word.group().endswith("."))
        for end in reversed(ends):
            if fold(self.text[start:end]) in lexicon().towns:
                return end
        strange = ends and self.text[start].isupper() and not is_word(fold(self.text[start : ends[0]]))
        return ends[0] if strange and not known else None


@cache
def _house_number() -> re.Pattern[str]:
    """The number of a house with its addition, and words such as "huisnummer" before it."""
    return re.compile(
        rf"(?:\s|,?\s(?:{choice('address', 'number')})\b\.?:?\s?)(?P<house>[1-9]\d{{0,4}})(?!\d|[.,:]\d|\s?[%°€])"
        r"(?:\s?[-–/]\s?(?:\d{1,4}[a-z]{0,3}|[a-z])(?![\w-])"
        rf"|\s?-?(?:{choice('address', 'additions')})(?<![ ][a-h])(?!\w)|[a-z]{{1,2}}(?!\w))?(?!\w)",
        re.IGNORECASE,
    )


@cache
def _before_postcode() -> re.Pattern[str]:
    return re.compile(rf"[,\s(]{{1,3}}(?:(?:{choice('address', 'postcode')})\s)?", re.IGNORECASE)


@cache
def _before_town() -> re.Pattern[str]:
    return re.compile(rf",\s|\s(?:{choice('address', 'town')})\s|\s\(|\s(?=[A-Z'’])")


@cache
def _box() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{choice('address', 'letterbox')}) \d{{1,6}},? ?$", re.IGNORECASE)
