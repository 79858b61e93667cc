"""The one boundary for what is typed: invisible and misleading characters go, so that everybody sees what the steps see."""

from __future__ import annotations

import re
import unicodedata

from assistant.turn import Turn

_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but tab and line ends
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # soft hyphens and fillers
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero width, direction
    "\ufe00-\ufe0f\U000e0000-\U000e0fff"  # variation selectors, tags
    "\ud800-\udfff"  # halves of surrogate pairs
    "]"
)
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILED = re.compile(f"({_MARK}{{2}}){_MARK}+")

_LAYOUT = re.compile(r"<[^<>]{1,400}>|\]\((?:[^()\s]|\([^()]*\))*\)|\w+://\S+|[\[\]*_`>#|{}]")


def clean(turn: Turn) -> None:
    """Neutralise the question before any other step reads it."""
    turn.question = neutralise(turn.question)
    turn.standalone = searched(turn.question)


def searched(text: str) -> str:
    """What is searched of a text: words without tags, addresses and marks of layout, on one line.

    >>> searched("**Wat** is <b>gender</b>?\\n[x](https://example.org)")
    'Wat is gender ? x'
    """
    return " ".join(_LAYOUT.sub(" ", text).split()) or " ".join(text.split())


def neutralise(text: str) -> str:
    """Text without invisible characters, in composed form, with at most two marks on a letter.

    >>> neutralise("ge\\u200bweld \\u202ethuis")
    'geweld thuis'
    """
    return unicodedata.normalize("NFKC", _PILED.sub(r"\1", _UNSEEN.sub("", text)))
