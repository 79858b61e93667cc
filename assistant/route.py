"""Small talk and messages without a question get their own reply."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from assistant.answer import AnswerStatus
from assistant.turn import Turn


@cache
def _phrases() -> frozenset[str]:
    return frozenset(tomllib.loads((files("prompts") / "smalltalk.toml").read_text(encoding="utf-8"))["phrases"])


def route(turn: Turn) -> None:
    """End the turn for small talk, and ask back where no word of three letters stands."""
    words = re.findall(r"[^\W_]+", turn.standalone.lower())
    if " ".join(words) in _phrases():
        turn.status = AnswerStatus.SMALLTALK
    elif not any(len(word) >= 3 and word.isalpha() for word in words):
        turn.status = AnswerStatus.UNCLEAR
