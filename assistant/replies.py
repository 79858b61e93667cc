"""Replies that are not answers: data in ``prompts/replies.toml``, one per status and language."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from assistant.answer import AnswerStatus
from assistant.asked import OTHER, kinds, word_asked
from assistant.turn import Turn
from corpus.unit import Unit

_ECHOED = 16
"""Words of a question that are repeated."""


@cache
def _replies() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("prompts") / "replies.toml").read_text(encoding="utf-8"))


def reply(status: AnswerStatus, turn: Turn | None = None, language: str = "nl") -> str:
    """The text for a status, with the nearest place as a link and the publications' titles filled in where it asks for them."""
    text = _replies()[status][turn.language if turn else language]
    if turn is None:
        return text
    values = {
        "missing": _missing(turn),
        "asked": _asked(turn),
        "nearest": _nearest(turn),
        "elsewhere": _elsewhere(turn),
        "contact": f" {turn.house.contact}" if turn.house.contact else "",
        "titles": "; ".join(publication.title for publication in turn.index.corpus.guidance),
    }
    return text.format(**values)


def _asked(turn: Turn) -> str:
    """The question itself, without its mark; of a long one the last sentence's beginning."""
    last = re.split(r"(?<=[.!?])\s+", turn.standalone.strip())[-1].rstrip("?!. ")
    words = last.split()
    return " ".join(words[:_ECHOED]) + (" …" if len(words) > _ECHOED else "")


def _missing(turn: Turn) -> str:
    """The kind of thing that is missing, with the question's own word for it."""
    name, word = str(kinds()[turn.missing or OTHER][turn.language]), word_asked(turn)
    return f"{name} (‘{word}’)" if word and word not in name else name


def _elsewhere(turn: Turn) -> str:
    """Where the publication's data says that such things are found; empty where it says nothing."""
    for publication in turn.index.corpus.guidance:
        unit = publication.by_id.get(publication.data.get("elsewhere", {}).get(turn.missing, ""))
        if unit:
            return " " + _replies()["parts"][f"elsewhere_{turn.language}"].format(place=_link(unit, turn))
    return ""


def _nearest(turn: Turn) -> str:
    if turn.found is None:
        return "–"
    return _link(turn.places[0] if turn.places else turn.index.corpus.find(turn.found.hits[0].locator), turn)


def _link(unit: Unit, turn: Turn) -> str:
    return f"[{turn.index.corpus.publication_of(unit).label(unit, turn.language)}](/?unit={turn.index.corpus.name(unit)})"
