"""Words of the corpus: parts of Dutch compounds, and the known word that a misspelt one stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from math import log10

WORD = re.compile(r"[^\W_]+")
_PART = 4
"""Letters of the shortest part of a compound: shorter ones ("ver", "aan") split words that are none."""
_JOINTS = ("", "s", "en", "e", "n")
_FUZZY_FROM = 5
_TWO_ERRORS_FROM = 9
_SOUNDS = (("sch", "sg"), ("ch", "g"), ("ij", "ei"), ("au", "ou"), ("ph", "f"), ("th", "t"), ("x", "ks"), ("qu", "kw"))
_LETTERS = str.maketrans("zvcy", "sfki")
_LANGUAGES = ("nl", "en")


class Vocabulary:
    """The distinct lower-case words of some texts.

    Args:
        texts: where words come from, whatever they are.
        questions: further texts, which may hold misspelt words: only what a dictionary has is taken from them.

    >>> vocabulary = Vocabulary(["hulpverlening en aanbod"])
    >>> vocabulary.parts("hulpverleningsaanbod")
    ('hulpverlening', 'aanbod')
    >>> vocabulary.nearest("hulpverlenning")
    'hulpverlening'
    """

    def __init__(self, texts: Iterable[str], questions: Iterable[str] = ()) -> None:
        self.words = frozenset({*_words(texts), *filter(is_word, _words(questions))})
        frequent = sorted((word for word in self.words if len(word) >= _FUZZY_FROM), key=lambda word: (-_frequency(word), word))
        self._by_sound: dict[str, str] = {}
        for word in frequent:
            self._by_sound.setdefault(_sound(word), word)
        self._sounds = list(self._by_sound)
        self.parts = lru_cache(maxsize=20_000)(self._parts)
        self.nearest = lru_cache(maxsize=20_000)(self._nearest)

    def _parts(self, word: str) -> tuple[str, ...]:
        """The known words that a compound is made of; empty for a word that is none."""
        return max(self._splits(word), key=lambda split: min(map(len, split)), default=())

    def _splits(self, word: str) -> list[tuple[str, ...]]:
        found: list[tuple[str, ...]] = []
        for cut in range(_PART, len(word) - _PART + 1):
            head, tail = word[:cut], word[cut:]
            stem = next((h for h in (head.removesuffix(joint) for joint in _JOINTS) if len(h) >= _PART and h in self.words), None)
            if stem is None:
                continue
            if tail in self.words:
                found.append((stem, tail))
            elif len(tail) >= 2 * _PART:
                found += [(stem, *rest) for rest in self._splits(tail)]
        return found

    def _nearest(self, word: str, errors: int = 2) -> str | None:
        """The known word that sounds the same, else within ``errors`` typing errors (one in a short word; optimal string
        alignment of the sounds), the most frequent one of equals; None when none is."""
        if len(word) < _FUZZY_FROM or word in self.words:
            return None
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extractOne

        sound = _sound(word)
        if sound in self._by_sound:
            return self._by_sound[sound]
        limit = errors if len(word) >= _TWO_ERRORS_FROM else 1
        best = extractOne(sound, self._sounds, scorer=OSA.distance, score_cutoff=limit)
        return self._by_sound[best[0]] if best else None

    def corrected(self, text: str) -> str:
        """The text with every misspelt word that has a near one replaced by it; compounds of known words are left alone."""

        def right(match: re.Match[str]) -> str:
            word = match.group().lower()
            if word in self.words or is_word(word) or self.parts(word):
                return match.group()
            return self.nearest(word) or match.group()

        return WORD.sub(right, text)


@lru_cache(maxsize=50_000)
def is_word(word: str) -> bool:
    """Whether a dictionary has a lower-case word: about the 29,000 most frequent ones of Dutch and of English each."""
    return _frequency(word) > 0


@lru_cache(maxsize=50_000)
def rarity(word: str) -> float:
    """How rare a lower-case word is: 0 for one in a thousand or more, 1 for one in ten million or in no dictionary."""
    return min(1.0, max(0.0, (-log10(max(_frequency(word), 1e-7)) - 3) / 4))


def rarest(text: str, count: int = 1, shortest: int = 5) -> list[str]:
    """The words of a text that say most what it is about: those that a dictionary has least often, the longer one of equals.

    Args:
        count: how many, in the order of the text; fewer when there are no more.
        shortest: letters of a word that counts.
    """
    words = list(dict.fromkeys(word for word in WORD.findall(text) if len(word) >= shortest and word.isalpha()))
    chosen = sorted(words, key=lambda word: (_frequency(word.lower()), -len(word)))[:count]
    return [word for word in words if word in chosen]


def _frequency(word: str) -> float:
    return max(dictionary.get(word, 0.0) for dictionary in _dictionaries())


@cache
def _dictionaries() -> list[dict[str, float]]:
    from wordfreq import get_frequency_dict

    return [get_frequency_dict(language, "small") for language in _LANGUAGES]


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in WORD.findall(text.lower()) if not word.isdigit()}


def _sound(word: str) -> str:
    """A word as it sounds, roughly: "regt" and "recht", "lijden" and "leiden" are the same; double letters are single ones."""
    for spelt, heard in _SOUNDS:
        word = word.replace(spelt, heard)
    return re.sub(r"(.)\1", r"\1", word.translate(_LETTERS))
