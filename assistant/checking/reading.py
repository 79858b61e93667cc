"""A text as the rules read it: words with their meanings and weights, in clauses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from assistant.checking.lexicon import Groups, Lexicon, lexicon
from corpus.sentences import sentences_in
from corpus.vocabulary import Vocabulary, rarity
from index.keyword import KeywordIndex

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[,;:–—()?!%]")
_BREAK = frozenset(",;:–—()?!")
_SHORTEST = 2
"""Content words of a clause; one with fewer, and fewer than ``_SPOKEN`` words, belongs to the clause before it."""
_SPOKEN = 5
_PREFIX = 5
_LIKE = 0.6
"""Share of the longer word that the same beginning must have."""
_BY_PREFIX = 0.9
_ENDING = re.compile(r"(?:en|te|ten|de|den|t|d|e|s)$")
_DOUBLE = re.compile(r"(.)\1")
_LIGHT = 0.15
"""Weight of a word of little content."""
_PLURALS = ("'s", "’s", "s", "en", "ed", "ing", "ly", "es", "e")


@dataclass(frozen=True)
class Word:
    """One word.

    Attributes:
        text: as written; ``lower``: in lower case with a straight apostrophe.
        clause: number of its clause in the text; ``sentence``: of its sentence.
        opens: whether it begins a sentence.
        keys: stems, parts and meanings; empty for a small word.
        denies: whether it negates; not in a phrase that denies nothing ("niet alleen").
        weight: how much it tells, 0 to 1: rare words tell more; 0 for a small word.
    """

    text: str
    lower: str
    clause: int
    sentence: int
    opens: bool
    keys: frozenset[str]
    weight: float
    denies: bool


@dataclass(frozen=True)
class Passage:
    """A text as read.

    Attributes:
        clauses: words by clause, in order; each clause has content unless the whole text has none.
    """

    text: str
    words: tuple[Word, ...]
    clauses: tuple[tuple[Word, ...], ...]

    @property
    def lowers(self) -> frozenset[str]:
        return frozenset(word.lower for word in self.words)

    @property
    def content(self) -> list[Word]:
        return [word for word in self.words if word.weight]


class Reader:
    """Reads texts of one corpus.

    Args:
        vocabulary: the corpus' words: where the parts of compounds come from.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._lexicon: Lexicon = lexicon()
        self._keywords = KeywordIndex([], vocabulary)
        self._bare_meanings = _by_bare(self._lexicon.meanings)
        self.read = lru_cache(maxsize=4096)(self._read)
        self._keys = lru_cache(maxsize=20_000)(self._keys_of)

    def _read(self, text: str, language: str = "nl") -> Passage:
        drafts: list[list[Word]] = [[]]
        for place, sentence in enumerate(sentences_in(text)):
            opens, lone = True, _neutral().sub(lambda match: "·" * len(match.group()), sentence.text.lower())
            if drafts[-1]:
                drafts.append([])
            for match in _WORD.finditer(sentence.text):
                token = match.group()
                lower = token.lower().replace("’", "'")
                if token in _BREAK or lower in self._lexicon.joins:
                    drafts.append([])
                if token in _BREAK or token == "%":
                    continue
                word = self._word(token, lower, place, opens, language)
                drafts[-1].append(replace(word, denies=word.denies and lone[match.start()] != "·"))
                opens = False
        clauses = [tuple(replace(word, clause=number) for word in clause) for number, clause in enumerate(_merged(drafts))]
        return Passage(text, tuple(word for clause in clauses for word in clause), tuple(clauses))

    def _word(self, token: str, lower: str, place: int, opens: bool, language: str) -> Word:
        small = (
            lower in self._lexicon.small
            or lower in self._lexicon.cardinals
            or token[0].isdigit()
            or (language == "en" and lower in self._lexicon.homographs)
        )
        weight = 0.0 if small else _LIGHT if lower in self._lexicon.light else _weight(lower)
        return Word(
            token, lower, 0, place, opens, frozenset() if small else self._keys(lower), weight, lower in self._lexicon.negations
        )

    def _keys_of(self, lower: str) -> frozenset[str]:
        stems = self._keywords.tokens(lower)
        meanings = self._lexicon.meanings
        groups = meanings.named_in([lower, *(lower.removesuffix(end) for end in _PLURALS)]) | self._bare_meanings.named_by(
            _bare(lower)
        )
        return frozenset([*stems, lower, f"~{_bare(lower)}", *(f"#{group}" for group in groups)])


@cache
def _neutral() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, lexicon().neutral)))


def _by_bare(meanings: Groups) -> Groups:
    """The same groups by what is left of their words without inflection; short rests stand for too much."""
    found: dict[str, frozenset[int]] = {}
    for word, numbers in meanings.by_word.items():
        if len(bare := _bare(word)) >= _PREFIX:
            found[bare] = found.get(bare, frozenset()) | numbers
    return Groups(found)


@lru_cache(maxsize=50_000)
def _bare(lower: str) -> str:
    """A word without what inflection adds: "stelt", "stellen" and "gesteld" are one."""
    end = _ENDING.sub("", lower)
    begin = end.removeprefix("ge") if len(end) > 5 else end
    bare = _DOUBLE.sub(r"\1", begin)
    return bare if len(bare) >= 3 else lower


def _weight(lower: str) -> float:
    return min(1.0, 0.25 + rarity(lower))


def _merged(drafts: Sequence[Sequence[Word]]) -> list[list[Word]]:
    """Clauses, those that say little joined to the one before them, or after them at the beginning."""
    found: list[list[Word]] = []
    for draft in drafts:
        if found and (_short(draft) or _short(found[-1])):
            found[-1].extend(draft)
        elif draft:
            found.append(list(draft))
    return found


def _short(clause: Sequence[Word]) -> bool:
    said = sum(word.weight > 0 for word in clause)
    return said == 0 or (said < _SHORTEST and len(clause) < _SPOKEN)


def likeness(word: Word, others: Iterable[Word]) -> float:
    """How well the best of other words says the same as a word: 1 for a stem, part or meaning in common, 0 for nothing."""
    best = 0.0
    for other in others:
        if word.keys & other.keys:
            return 1.0
        if other.weight and _begins_alike(word.lower, other.lower):
            best = _BY_PREFIX
    return best


def coverage(words: Iterable[Word], others: Sequence[Word]) -> float:
    """Share of the content of some words, by weight, that others say; 1 when there is none."""
    content = [word for word in words if word.weight]
    total = sum(word.weight for word in content)
    return sum(word.weight * likeness(word, others) for word in content) / total if total else 1.0


def around(clause: Sequence[Word], position: int, count: int = 3) -> list[Word]:
    """The content words nearest to a position of a clause, ``count`` on either side."""
    return [word for word in clause[:position] if word.weight][-count:] + [
        word for word in clause[position + 1 :] if word.weight
    ][:count]


@lru_cache(maxsize=100_000)
def _begins_alike(first: str, second: str) -> bool:
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) < _PREFIX:
        return False
    if shorter in longer:
        return True
    same = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    return same >= max(_PREFIX, _LIKE * len(longer))
