"""The words and names that guards compare with: data of ``prompts/``, read once."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_MARKS = str.maketrans("ıłøđ", "ilod")
"""Letters that have no decomposition, as they are typed on a plain keyboard."""
_SIGNS = str.maketrans("’‘‑‐", "''--")
_LONG = 5
"""Letters of a name of abroad that is no typing error in lower case."""
_LONG_BODY = 5

Words = dict[str, frozenset[str]]
"""The lists of one table of ``prompts/personal.toml``, folded."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Names and words, folded.

    Attributes:
        given: given names of many origins.
        sure: those that are no words, months or towns: a name without another word that shows one.
        lower: those that are one in lower case as well.
        common: surnames that stand without a prefix; many people bear them.
        prefixed: surnames after "de" or "van den".
        surnames: all of them, with those of other languages.
        towns: names of towns, words joined by single spaces.
        proper: towns, countries, organisations: proper names that are no person's.
        persons: people of history and public life, without diacritics.
        bodies: endings of words for an institution, a street, a prize.
        words: lists of ``prompts/personal.toml`` by table and key.
    """

    given: frozenset[str]
    sure: frozenset[str]
    lower: frozenset[str]
    common: frozenset[str]
    prefixed: frozenset[str]
    surnames: frozenset[str]
    towns: frozenset[str]
    proper: frozenset[str]
    persons: frozenset[str]
    bodies: tuple[str, ...]
    words: dict[str, Words]


@cache
def lexicon() -> Lexicon:
    """All names and words.

    Raises:
        OSError, tomllib.TOMLDecodeError, KeyError: a data file is missing, broken or lacks a list.
    """
    names, data = _read("names.toml"), personal_data()
    words = {table: _sets(entries) for table, entries in data.items()}
    towns = _folded(_read("towns.toml")["towns"].strip().splitlines())
    near, abroad, rare = (_folded(" ".join(names[table].values()).split()) for table in ("given", "abroad", "rare"))
    given = near | abroad | rare
    common, prefixed, foreign = (_folded(names["surnames"][key].split()) for key in ("common", "prefixed", "foreign"))
    unsure = words["names"]["ordinary"] | words["names"]["weak"] | towns
    return Lexicon(
        given=given,
        sure=given - unsure,
        lower=(near | {name for name in abroad if len(name) >= _LONG}) - unsure,
        common=common,
        prefixed=prefixed,
        surnames=common | prefixed | foreign,
        towns=towns,
        proper=words["names"]["organisations"] | towns | words["judgments"]["countries"],
        persons=frozenset(map(plain, data["public"]["persons"])),
        bodies=tuple(word for word in words["names"]["bodies"] if len(word) >= _LONG_BODY),
        words=words,
    )


@cache
def personal_data() -> dict[str, Any]:
    """``prompts/personal.toml`` as it stands."""
    return _read("personal.toml")


def choice(table: str, key: str) -> str:
    """The words of a list as alternatives of a pattern, longest first."""
    return "|".join(re.escape(word) for word in sorted(personal_data()[table][key], key=len, reverse=True))


def fold(text: str) -> str:
    """A word as it is compared: lower case, composed, plain apostrophe and hyphen.

    >>> fold("Çelik’s")
    "çelik's"
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text.casefold()).replace("i̇", "i").translate(_SIGNS)


def plain(text: str) -> str:
    """A word without diacritics, in lower case.

    >>> plain("Römkens")
    'romkens'
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_MARKS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, words))


def _sets(entries: dict[str, Any]) -> Words:
    lists = {key: value for key, value in entries.items() if isinstance(value, list) and value and isinstance(value[0], str)}
    return {key: _folded(value) for key, value in lists.items()}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("prompts") / name).read_text(encoding="utf-8"))
