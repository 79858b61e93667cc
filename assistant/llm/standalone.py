"""Whether a model's wording of a follow-up may be used: it says what the two questions say, and nothing else."""

from __future__ import annotations

import re

from assistant.guards.clean import neutralise, searched
from assistant.language import language_of
from assistant.rephrase import read
from index.retriever import IndexVersion

_LONGEST = 300
"""Characters."""
_STEM = 5
"""Letters by which forms of a word are taken to be the same."""
_NEW = 2
"""Words of its own that a wording may have, to make a sentence of it."""


def as_asked(text: str) -> str | None:
    """The one question in what a model wrote; None when there is none, or more than that."""
    lines = [line.strip() for line in neutralise(text).strip().strip('"').splitlines() if line.strip()]
    if len(lines) != 1 or len(lines[0]) > _LONGEST or lines[0].count("?") != 1 or not lines[0].endswith("?"):
        return None
    return searched(lines[0])


def is_faithful(asked: str, before: str, message: str, index: IndexVersion) -> bool:
    """Whether a wording keeps the message's subject, numbers and places, adds none, and is in its language.

    Args:
        asked: the wording.
        before: the question that the message leans on.
    """
    if language_of(asked) != language_of(message):
        return False
    both = f"{before} {message}"
    numbers, known = _numbers(asked), _numbers(both)
    if not _numbers(message) <= numbers <= known:
        return False
    named = {str(unit.locator) for unit in index.places(asked)}
    allowed = {str(unit.locator) for text in (before, message, both) for unit in index.places(text)}
    if not {str(unit.locator) for unit in index.places(message)} <= named <= allowed:
        return False
    stems, own = _stems(both), _stems(asked)
    return _stems(message) <= own and len(own - stems) <= _NEW and not _names(asked) - _names(both)


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+", text))


def _stems(text: str) -> set[str]:
    """The beginnings of the words that carry a subject."""
    return {word[:_STEM] for word in read(text).content if len(word) > 3}


def _names(text: str) -> set[str]:
    """Words with a capital that do not begin the sentence."""
    return {word.lower() for word in re.findall(r"(?<=[\w,;:] )[A-ZÀ-Þ][\w-]+", text)}
