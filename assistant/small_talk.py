"""Small talk, and messages without a question, get their own reply."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from assistant.answer import AnswerStatus
from assistant.rephrase import read
from assistant.turn import Turn


def greet(turn: Turn) -> None:
    """End the turn for small talk: a whole message that is a greeting, thanks, or asks who is speaking."""
    text = " ".join(re.findall(r"[^\W_]+", turn.question.lower()))
    left, said = re.subn(rf"\b(?:{'|'.join(map(re.escape, _data()['phrases']))})\b", " ", text)
    if said and set(left.split()) <= set(_data()["around"]):
        turn.status = AnswerStatus.SMALLTALK


def ask_back(turn: Turn) -> None:
    """End the turn where nothing says what it is about: no place and no word that carries a subject."""
    if not turn.places and not any(len(word) >= 3 and not word.isdigit() for word in read(turn.standalone).content):
        turn.status = AnswerStatus.UNCLEAR


@cache
def _data() -> dict[str, list[str]]:
    """Phrases, longest first, and the words that may stand around them."""
    data = tomllib.loads((files("prompts") / "smalltalk.toml").read_text(encoding="utf-8"))
    return {"phrases": sorted(data["phrases"], key=len, reverse=True), "around": data["around"]}
