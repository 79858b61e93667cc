"""A text as words and initials, and what can be told of each: its capital, its neighbours, the lists that have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.guards.lexicon import fold, lexicon, personal_data
from assistant.language import small_words
from corpus.vocabulary import is_word

_LETTER = r"[^\W\d_][\u0300-\u036f]*"
_INITIAL = rf"(?:Chr|Joh|[CTP]h|[TS]j|IJ|Fr|Yu|Ya|{_LETTER})\."
_TOKEN = re.compile(
    rf"(?P<initials>(?<![\w.])(?:{_INITIAL}-?){{1,7}})|[vV]/[dD](?!\w)|['’‘](?:[tsn]|[TS])(?![^\W\d_])"
    rf"|(?:{_LETTER})+(?:[-'’‑‐](?:{_LETTER})+)*"
)
_POSSESSIVE = re.compile(r"(.{2,})['’]s$", re.DOTALL)
_OPENS = frozenset('.?!:;\n"“”„«‘(*•>[|')
_QUOTES = ('"', "'", "“", "‘", "„", "«")
_SPACE = re.compile(r"(?:[ \u00a0]{0,2}|-)$")
_PART = 4
"""Letters of the shortest part of a compound."""
_SHOUTED = 0.7
"""From this share of capitals on they say nothing."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a group of initials at ``text[start:end]``.

    Attributes:
        key: as it is compared, without the last dot of initials.
        initials: whether it is letters with dots.
        owner: whether a possessive "'s" follows, which is no part of it.
    """

    text: str
    start: int
    end: int
    key: str
    initials: bool
    owner: bool


def read_tokens(text: str) -> Iterator[Token]:
    """The words of a text in order; digits and signs are none."""
    for match in _TOKEN.finditer(text):
        shown, start = match.group(), match.start()
        if match["initials"]:
            yield Token(shown, start, match.end(), fold(shown).rstrip("."), True, False)
            continue
        owner = _POSSESSIVE.match(shown)
        for part in _parts(owner.group(1) if owner else shown):
            end = start + len(part)
            yield Token(part, start, end, fold(part), False, owner is not None and end == match.end() - 2)
            start = end + 1


def _parts(word: str) -> Iterator[str]:
    """The parts of a word whose hyphen joins a capital and a small letter ("casus-Anna", "Anna-incident"), else the word."""
    begin = 0
    for cut, sign in enumerate(word):
        if sign in "-‑‐" and word[begin].isupper() != word[cut + 1].isupper():
            yield word[begin:cut]
            begin = cut + 1
    yield word[begin:]


class Tokens:
    """The tokens of a text and what can be said of each; a place outside the text has an empty key.

    Args:
        text: what is already recognised in it is replaced by signs that are no letters.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.lexicon = lexicon()
        self.lists = self.lexicon.words["names"]
        letters = [letter for letter in text if letter.isalpha()]
        self.shouted = len(letters) > 12 and sum(map(str.isupper, letters)) > _SHOUTED * len(letters)
        self._all = list(read_tokens(text))

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, place: int) -> Token:
        return self._all[place]

    def key(self, place: int) -> str:
        """The token as it is compared; empty outside the text."""
        return self._all[place].key if 0 <= place < len(self._all) else ""

    def gap(self, place: int) -> str:
        """What stands before a token; a line break before the first, nothing outside the text."""
        if not 0 < place < len(self._all):
            return "\n" if place == 0 else ""
        before = self._all[place - 1]
        return self.text[before.end + 2 * before.owner : self._all[place].start]

    def joined(self, place: int) -> bool:
        """Whether nothing but a space or a hyphen stands before a token, so that it can go on a name."""
        if not 0 < place < len(self._all) or self._all[place - 1].owner:
            return False
        gap = self.gap(place)
        return _SPACE.match(gap) is not None and (gap != "" or self._all[place - 1].initials)

    def opens(self, place: int) -> bool:
        """Whether a token begins a sentence or a quote: its capital says nothing."""
        gap = self.gap(place)
        if place > 0 and gap.strip() == "." and self.key(place - 1) in self.lists["titles"]:
            return False
        return place == 0 or not _OPENS.isdisjoint(gap) or gap.strip(" ") in {"-", "–", "'", "’"}

    def quoted(self, place: int) -> bool:
        """Whether a token begins a quote."""
        return self.gap(place)[-1:] in _QUOTES

    def upper(self, place: int) -> bool:
        """Whether a token begins with a capital that says something, or is of a script without capitals."""
        return not self.shouted and not self._all[place].text[0].islower()

    def caseless(self, place: int) -> bool:
        """Whether a token is of a script without capitals."""
        letter = self._all[place].text[0]
        return letter.isalpha() and not letter.isupper() and not letter.islower()

    def acronym(self, place: int) -> bool:
        """Whether a token is written in capitals only."""
        token = self._all[place]
        return not self.shouted and len(token.text) > 1 and token.text.isupper() and not token.initials

    def given(self, place: int) -> bool:
        """Whether a token is on the list of given names, a double one included."""
        key, names = self.key(place), self.lexicon.given
        return key in names or ("-" in key and all(len(part) > 1 and part in names for part in key.split("-")))

    def sure(self, place: int) -> bool:
        """Whether a token is a given name and nothing else, written as it is."""
        key, names = self.key(place), self.lexicon.sure if self.upper(place) else self.lexicon.lower
        return len(key) > 2 and (key in names or ("-" in key and self.given(place)))

    def known(self, place: int) -> bool:
        """Whether a token is a town, an organisation, a country or another proper name that is no person's."""
        key = self.key(place)
        return key in self.lexicon.proper or f"{key} {self.key(place + 1)}" in self.lexicon.proper

    def function(self, place: int) -> bool:
        """Whether a token is a small word, a title or an office, which is no surname even with a capital."""
        key = self.key(place)
        return key in self.lists["never"] or key in self.lists["titles"] or key in self.lists["functions"] or key in small_words()

    def strange(self, place: int) -> bool:
        """Whether a token with a capital can be of a name that no list has."""
        if self._all[place].initials or not self.upper(place):
            return False
        return not (self.function(place) or self.known(place) or self.acronym(place))

    def bounded(self, first: int, end: int) -> bool:
        """Whether tokens are no part of an address of the net or a file's name."""
        start, stop = self._all[first].start, self._all[end - 1].end
        before, after = self.text[max(0, start - 1) : start], self.text[stop : stop + 2]
        file = after[:1] == "." and after[1:].isalnum()
        return before not in ("_", "#", ".") and after[:1] not in ("_", "#", "@") and not file


@lru_cache(maxsize=20_000)
def name_like(key: str) -> bool:
    """Whether a word can be a surname that no list has: no dictionary has it, and it is no compound of common words.

    >>> name_like("wijkteam"), name_like("zonneveld"), name_like("cijntje")
    (False, True, True)
    """
    if len(key) < 3 or is_word(key) or not key.replace("-", "").replace("'", "").isalpha():
        return False
    parts = key.split("-")
    if len(parts) > 1:
        return all(name_like(part) or part in lexicon().surnames or part in lexicon().given for part in parts)
    return key.endswith(_surname_endings()) or not _made_of_words(key)


@cache
def _surname_endings() -> tuple[str, ...]:
    return tuple(personal_data()["names"]["endings"])


@cache
def _word_endings() -> tuple[str, ...]:
    return tuple(personal_data()["names"]["inflections"])


def _made_of_words(key: str) -> bool:
    """Whether a word is a compound of known ones, or a form of one: "wijkteams", "stalkt"."""
    if any(key.endswith(end) and len(key) - len(end) >= _PART and is_word(key.removesuffix(end)) for end in _word_endings()):
        return True
    for cut in range(_PART, len(key) - _PART + 1):
        if is_word(key[cut:]) and any(is_word(key[:cut].removesuffix(joint)) for joint in ("", "s", "en", "e")):
            return True
    return False
