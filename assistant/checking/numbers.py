"""Numbers: each number of a sentence must stand in the quotes, in the sentence of the quotes that it is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from assistant.checking.lexicon import lexicon
from assistant.checking.reading import Passage, Reader, Word, around, coverage, likeness
from assistant.language import language_of
from corpus.sentences import sentences_in

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?:e|de|ste|st|nd|rd|th)?(?![^\W_])|[^\W\d_]+(?:['’][^\W\d_]+)*|%|\d+")
_ITEM = re.compile(r"(?:^|(?<=[.:;\n] ))(\d{1,2})\.\s(?=[A-ZÀ-Þ])", re.MULTILINE)
_THOUSANDS = re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))")
_SUFFIX = re.compile(r"(?:e|de|ste|st|nd|rd|th)$")
_CLEARLY = 0.2
"""How much better another sentence of the quotes must fit before a number counts as taken from the wrong one."""
_NEAR = 4
"""Content words on either side of a number that tell what it is about."""
_TELLING = 2
"""Content words about a number from which they tell where it belongs."""
_AFTER = 3
"""Words after a number in which the thing stands that it counts."""
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")


@dataclass(frozen=True)
class Number:
    """A number as read: ``kind`` is "cardinal" or "ordinal", ``side`` "below", "above" or "" (``prompts/checking.toml``)."""

    kind: str
    value: Decimal
    side: str


def numbers_in(text: str) -> list[Number]:
    """All numbers of a text, in order.

    >>> [(str(n.value), n.side) for n in numbers_in("bijna zestig procent in 2015, ten derde 12,5 %")]
    [('60', 'below'), ('2015', ''), ('3', ''), ('12.5', '')]
    """
    words = lexicon()
    text = _idioms().sub(" ", text)
    found: list[Number] = []
    before = ["", ""]
    spared = words.english_numbers if language_of(text) == "nl" else frozenset()
    for token in _TOKEN.findall(text):
        lower = token.lower().replace("’", "'")
        side = next((words.sides[word] for word in reversed(before) if word in words.sides), "")
        number = _number(lower, side)
        if number and lower not in spared:
            found.append(number)
        before = [before[1], lower]
    return found


def _number(lower: str, side: str) -> Number | None:
    words = lexicon()
    if lower[0].isdigit():
        kind = "ordinal" if _SUFFIX.search(lower) else "cardinal"
        plain = _THOUSANDS.sub("", _SUFFIX.sub("", lower)).replace(",", ".")
        return Number(kind, Decimal(plain if plain.count(".") <= 1 else plain.replace(".", "")), side)
    if lower in words.ordinals:
        return Number("ordinal", Decimal(str(words.ordinals[lower])), side)
    value = words.cardinals.get(lower, _compound(lower))
    return None if value is None else Number("cardinal", Decimal(str(value)), side)


def _compound(lower: str) -> float | None:
    """A number written as one word, such as "vijfentwintig" or "tweehonderd"; None for another word."""
    words = lexicon().cardinals
    for joint in lexicon().joints:
        for unit, value in words.items():
            rest = lower.removeprefix(unit + joint)
            if rest != lower and value < 10 and words.get(rest, 0) in range(20, 100, 10):
                return value + words[rest]
    for unit, value in words.items():
        for scale in lexicon().scales:
            if lower == unit + scale and value < 100:
                return value * words[scale]
    return None


def _shares(text: str) -> set[Decimal]:
    """Percentages that ratios stand for: "zes op de tien" is 60."""
    found = set()
    for part, whole in _ratio().findall(text):
        values = [Decimal(1) if each.lower() in lexicon().one else _value(each) for each in (part, whole)]
        if values[0] is not None and values[1]:
            found.add(round(100 * values[0] / values[1], 1).normalize())
    return found


@cache
def _ratio() -> re.Pattern[str]:
    return re.compile(rf"\b(\w+) (?:{lexicon().share}) (\w+)\b", re.IGNORECASE)


@cache
def _idioms() -> re.Pattern[str]:
    return re.compile(lexicon().idioms, re.IGNORECASE)


def _value(word: str) -> Decimal | None:
    number = _number(word.lower(), "")
    return number.value if number else None


def number_fault(sentence: Passage, quotes: Sequence[str], reader: Reader) -> bool:
    """Whether a sentence has a number, a side of one, or a unit of time or money that the quotes have not."""
    whole = " \n ".join(quotes)
    return (
        _unknown(sentence.text, whole)
        or _unit_fault(sentence, whole)
        or _single(sentence, reader.read(whole))
        or _elsewhere(sentence, quotes, reader)
    )


def _unknown(text: str, whole: str) -> bool:
    """Whether a text has a number, or a side of one, that the quotes have not, or has it more often than they."""
    items, own_items = (Counter(map(Decimal, _ITEM.findall(each))) for each in (whole, text))
    known = numbers_in(_ITEM.sub("", whole))
    ratios = _shares(text) & ({n.value.normalize() for n in known} | _shares(whole))
    own = numbers_in(_ITEM.sub("", _ratio().sub(" ", text) if ratios else text))
    for number in own:
        same = [n for n in known if (n.value, n.kind) == (number.value, number.kind)]
        listed = number.kind == "ordinal" and number.value in items
        if not listed and len(same) < sum((n.value, n.kind) == (number.value, number.kind) for n in own):
            return True
        if number.side and same and not any(n.side == number.side for n in same):
            return True
    return not own_items <= items


def _single(sentence: Passage, quotes: Passage) -> bool:
    """Whether a sentence has one of a thing of which the quotes have another number."""
    for position, word in enumerate(sentence.words):
        if word.lower not in lexicon().one:
            continue
        thing = next((w for w in sentence.words[position + 1 : position + 1 + _AFTER] if w.weight), None)
        if thing and (counts := _counts(thing, quotes)) and not any(count in lexicon().one for count in counts):
            return True
    return False


def _counts(thing: Word, quotes: Passage) -> list[str]:
    """Numbers, years left out, and words for one that stand before a thing in the quotes."""
    found = []
    for position, word in enumerate(quotes.words):
        if not word.keys & thing.keys:
            continue
        for before in quotes.words[max(0, position - 2) : position]:
            value = _value(before.lower)
            if before.lower in lexicon().one or (value is not None and value < 1000):
                found.append(before.lower)
    return found


def _unit_fault(sentence: Passage, whole: str) -> bool:
    units = lexicon().units
    known = units.named_in(token.lower() for token in _TOKEN.findall(whole))
    years = bool(_YEAR.search(whole))
    for word in sentence.words:
        named = units.named_by(word.lower)
        if named and not named & known and not (years and 0 in named):
            return True
    return False


def _elsewhere(sentence: Passage, quotes: Sequence[str], reader: Reader) -> bool:
    """Whether a clause with a number says what another sentence of the quotes says, one without that number."""
    parts = [reader.read(part.text) for quote in quotes for part in sentences_in(quote)]
    if len(parts) < 2:
        return False
    for clause in sentence.clauses:
        for position, word in enumerate(clause):
            number = _number(word.lower, "")
            if number and _misplaced(number, clause, position, parts):
                return True
    return False


def _misplaced(number: Number, clause: Sequence[Word], position: int, parts: Sequence[Passage]) -> bool:
    thing = next((word for word in clause[position + 1 :] if word.weight), None)
    about = around(clause, position, _NEAR)
    if len(about) < _TELLING:
        return False
    having: list[float] = []
    lacking: list[float] = []
    for part in parts:
        has = number.value in {each.value for each in numbers_in(part.text)}
        if has and thing and number.kind == "cardinal" and likeness(thing, part.words):
            return False
        (having if has else lacking).append(coverage(about, part.words))
    return bool(having and lacking) and max(lacking) > max(having) + _CLEARLY
