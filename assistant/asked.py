"""What a question asks for: a kind of thing, a source, a list, or a place as a whole. The words are data."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.rephrase import read
from assistant.turn import Turn
from corpus.places import contains

OTHER = "other"
"""The kind of a question whose kind is not known."""
_VOTERS = 5
_VOTES = 3


def kind_asked(turn: Turn) -> str:
    """The kind of thing asked, a table of ``prompts/asked.toml``: what the words say, else what most of the nearest gaps ask for.

    ``other`` when neither tells.
    """
    text = turn.standalone.lower()
    votes = Counter(gap.asked for gap, _ in (turn.found.gaps if turn.found else ())[:_VOTERS]).most_common(1)
    if votes and votes[0][1] >= _VOTES:
        return votes[0][0]
    return next((kind for kind, data in kinds().items() if contains(data["words"], text)), OTHER)


def word_asked(turn: Turn) -> str:
    """The question's own word for what is missing; empty when it has none."""
    words = kinds()[turn.missing]["words"] if turn.missing else []
    found = [word for word in words if contains([word], turn.standalone.lower())]
    return max(found, key=len, default="")


def lacks(turn: Turn, text: str) -> bool:
    """Whether it asks for the very kind of thing (a phone number, a sum) that a text does not hold."""
    asked = turn.standalone.lower()
    return any(
        contains(data["exact"], asked) and not re.search(data["holds"], text, re.IGNORECASE)
        for data in kinds().values()
        if "exact" in data
    )


def asks_source(turn: Turn) -> bool:
    """Whether it asks who wrote something or where it comes from."""
    return contains(forms()["source"], turn.standalone.lower()) or asks_origin(turn)


def asks_source_text(turn: Turn) -> bool:
    """Whether it asks what a source says, not just which source it is."""
    return contains(forms()["source_text"], turn.standalone.lower())


def say_words() -> frozenset[str]:
    """Words with which a place or source is asked for, and that tell nothing of the subject."""
    return frozenset([*forms()["say"], *forms()["source"]])


def asks_origin(turn: Turn) -> bool:
    """Whether it may ask for a source or just for where an idea comes from."""
    return contains(forms()["origin"], turn.standalone.lower())


def asks_list(turn: Turn) -> bool:
    """Whether it asks for all of several things."""
    return contains(forms()["list"], turn.standalone.lower())


def asks_whole(turn: Turn) -> bool:
    """Whether nothing is asked beyond the named place itself."""
    beyond = set(read(turn.standalone).content) - turn.index.place_words() - set(forms()["say"])
    return not any(word.isalpha() and len(word) > 1 for word in beyond)


@cache
def kinds() -> dict[str, Any]:
    """Kind -> words that ask for it and its name in each language."""
    return tomllib.loads((files("prompts") / "asked.toml").read_text(encoding="utf-8"))


@cache
def forms() -> dict[str, list[str]]:
    """What shows the form of a question: lists of words by name."""
    return tomllib.loads((files("prompts") / "forms.toml").read_text(encoding="utf-8"))
