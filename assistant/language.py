"""The language of a question, by its small words; Dutch when in doubt."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files


@cache
def _words() -> dict[str, frozenset[str]]:
    data = tomllib.loads((files("prompts") / "language.toml").read_text(encoding="utf-8"))
    return {language: frozenset(words) for language, words in data.items()}


def language_of(question: str) -> str:
    """``"nl"`` or ``"en"``.

    >>> language_of("What does the checklist say?")
    'en'
    """
    words = re.findall(r"[^\W\d_]+", question.lower())
    counts = {language: sum(word in known for word in words) for language, known in _words().items()}
    return "en" if counts["en"] > counts["nl"] else "nl"


@cache
def small_words() -> frozenset[str]:
    """The small words of all languages together."""
    return frozenset().union(*_words().values())
