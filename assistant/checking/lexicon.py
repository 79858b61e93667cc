"""The words by which sentences are checked, as read from ``prompts/checking.toml`` and ``meanings.txt``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Groups:
    """Groups of words of one kind; a word may belong to several.

    >>> Groups.of(["man men", "woman women"]).named_by("men")
    frozenset({0})
    """

    by_word: Mapping[str, frozenset[int]]

    @classmethod
    def of(cls, lines: Iterable[str]) -> Groups:
        """Make groups of lines of words; a group's number is its line's."""
        found: dict[str, set[int]] = {}
        for number, line in enumerate(lines):
            for word in line.split():
                found.setdefault(word, set()).add(number)
        return cls({word: frozenset(numbers) for word, numbers in found.items()})

    def named_by(self, word: str) -> frozenset[int]:
        """Numbers of the groups that a lower-case word belongs to."""
        return self.by_word.get(word, frozenset())

    def named_in(self, words: Iterable[str]) -> frozenset[int]:
        """Numbers of the groups that any of the words belongs to."""
        return frozenset().union(*(self.named_by(word) for word in words))


@dataclass(frozen=True)
class Lexicon:
    """What ``prompts/checking.toml`` holds; its comments tell what each list means.

    Attributes:
        stands: number of a role's group -> words of a quote that stand for it as well.
        pairs: numbers of two roles -> beginnings of words that stand for both.
        frequency: word -> how often, from 1; ``duty``: word -> how binding, from 1.
        meanings: words of about the same meaning, a group a line of ``meanings.txt``, Dutch and English together.
    """

    cardinals: Mapping[str, float]
    ordinals: Mapping[str, float]
    sides: Mapping[str, str]
    one: frozenset[str]
    joints: tuple[str, ...]
    scales: tuple[str, ...]
    share: str
    english_numbers: frozenset[str]
    idioms: str
    units: Groups
    names: Groups
    common: frozenset[str]
    joins: frozenset[str]
    together: frozenset[str]
    negations: frozenset[str]
    again: frozenset[str]
    lack: frozenset[str]
    plenty: frozenset[str]
    forward: frozenset[str]
    neutral: tuple[str, ...]
    prefixes: tuple[str, ...]
    opposites: Mapping[str, frozenset[str]]
    absolute: Groups
    phrases: tuple[str, ...]
    spared: frozenset[str]
    purpose: frozenset[str]
    frequency: Mapping[str, int]
    duty: Mapping[str, int]
    licence: frozenset[str]
    demands: str
    compared: frozenset[str]
    compares: frozenset[str]
    imperatives: frozenset[str]
    hedge: frozenset[str]
    infinitive: frozenset[str]
    soft: frozenset[str]
    roles: Groups
    stands: Mapping[int, frozenset[str]]
    pairs: Mapping[frozenset[int], tuple[str, ...]]
    markers: frozenset[str]
    homographs: frozenset[str]
    additions: Groups
    small: frozenset[str]
    light: frozenset[str]
    meanings: Groups


@cache
def lexicon() -> Lexicon:
    """The words, read once."""
    data = tomllib.loads((files("prompts") / "checking.toml").read_text(encoding="utf-8"))
    numbers, negation, strength, roles = data["numbers"], data["negation"], data["strength"], data["roles"]
    forms = numbers["forms"]
    groups = Groups.of(_lines(roles["groups"]))
    return Lexicon(
        cardinals=numbers["cardinal"],
        ordinals=numbers["ordinal"],
        sides={word: side for side, words in numbers["near"].items() for word in words.split()},
        one=_set(forms["one"]),
        joints=tuple(forms["joints"].split()),
        scales=tuple(forms["scales"].split()),
        share=forms["share"],
        english_numbers=_set(forms["english"]),
        idioms=forms["idioms"],
        units=Groups.of(_lines(numbers["units"]["groups"])),
        names=Groups.of(_lines(data["names"]["groups"])),
        common=_set(data["names"]["common"]),
        joins=_set(data["clauses"]["joins"]),
        together=_set(data["clauses"]["together"]),
        again=_set(negation["again"]),
        negations=_set(negation["words"]),
        lack=_set(negation["lack"]),
        plenty=_set(negation["plenty"]),
        forward=_set(negation["forward"]),
        neutral=tuple(negation["neutral"]),
        prefixes=tuple(negation["prefixes"]),
        opposites=_opposites(negation["opposites"]),
        absolute=Groups.of(_lines(strength["absolute"])),
        phrases=tuple(strength["phrases"]),
        spared=_set(strength["spared"]),
        purpose=_set(strength["purpose"]),
        frequency=_levels(strength["frequency"]),
        duty=_levels(strength["duty"]),
        imperatives=_set(strength["imperatives"]),
        licence=_set(strength["licence"]),
        demands=strength["demands"],
        compared=_set(strength["compared"]),
        compares=_set(strength["compares"]),
        hedge=_set(strength["hedge"]),
        infinitive=_set(strength["infinitive"]),
        soft=_set(strength["soft"]),
        roles=groups,
        stands=_stands(roles, groups),
        pairs=_pairs(roles, groups),
        homographs=_set(data["small"]["english"]),
        markers=_set(roles["markers"]),
        additions=Groups.of(_lines(data["additions"]["groups"])),
        small=_set(data["small"]["words"]),
        light=_set(data["small"]["light"]),
        meanings=Groups.of(_lines((files("prompts") / "meanings.txt").read_text(encoding="utf-8"))),
    )


def _opposites(block: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _lines(block):
        one, other = map(_set, line.split(":"))
        found |= dict.fromkeys(one, other) | dict.fromkeys(other, one)
    return found


def _stands(roles: Mapping[str, Any], groups: Groups) -> dict[int, frozenset[str]]:
    found: dict[int, frozenset[str]] = {}
    for line in _lines(roles["stands"]):
        role, words = line.split(":")
        for number in groups.named_by(role):
            found[number] = found.get(number, frozenset()) | frozenset(words.split())
    return found


def _pairs(roles: Mapping[str, Any], groups: Groups) -> dict[frozenset[int], tuple[str, ...]]:
    lines = (line.split(":") for line in _lines(roles["pairs"]))
    return {groups.named_in(pair.split()): tuple(words.split()) for pair, words in lines}


def _lines(block: str) -> list[str]:
    return [line for line in block.splitlines() if line.strip()]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _levels(lines: Iterable[str]) -> dict[str, int]:
    """Word -> number of its line, from 1; a word of two lines counts as the weaker."""
    found: dict[str, int] = {}
    for level, line in enumerate(lines, 1):
        for word in line.split():
            found.setdefault(word, level)
    return found
