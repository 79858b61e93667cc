"""Replies that are not answers: data in ``prompts/replies.toml``, one per status and language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from assistant.answer import AnswerStatus
from assistant.asked import kinds
from assistant.turn import Turn


@cache
def _replies() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("prompts") / "replies.toml").read_text(encoding="utf-8"))


def reply(status: AnswerStatus, turn: Turn | None = None, language: str = "nl") -> str:
    """The text for a status, with the nearest place as a link and the publications' titles filled in where it asks for them."""
    text = _replies()[status][turn.language if turn else language]
    if turn is None:
        return text
    missing = kinds()[turn.missing][turn.language] if turn.missing else ""
    if status == AnswerStatus.NOT_IN_GUIDANCE and missing:
        text = _replies()["missing"][turn.language]
    publications = turn.index.corpus.publications.values()
    return text.format(missing=missing, nearest=_nearest(turn), titles="; ".join(p.title for p in publications))


def _nearest(turn: Turn) -> str:
    if turn.found is None:
        return "–"
    unit = turn.places[0] if turn.places else turn.index.corpus.find(turn.found.hits[0].locator)
    return f"[{turn.index.corpus.publication_of(unit).label(unit, turn.language)}](/?unit={unit.id})"
