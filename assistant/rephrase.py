"""Follow-ups: what a message leans on is taken from the earlier questions, answered again; a model, if one is set, may word it.

Assistant turns of a history may be anyone's words and are never read: only what this index version answers counts.
The words people use stand in ``prompts/followup.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.language import small_words
from assistant.turn import Statement, Turn
from corpus.locator import Locator
from corpus.places import contains
from corpus.unit import Unit

_SHORT = 14
"""Words: a longer message says itself what it is about."""
_DEEP = 3
"""Earlier questions that are answered again, at most."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message and what its words show: all of them, and those that carry a subject."""

    text: str
    words: list[str]
    content: list[str]

    def has(self, key: str) -> bool:
        """Whether a phrase of ``prompts/followup.toml`` under this key is in it."""
        return contains(_data()[key], self.text)

    @property
    def leans(self) -> bool:
        """Whether it cannot be understood without what came before."""
        if len(self.words) > _SHORT:
            return False
        begins = any(self.text.startswith(f"{lead} ") for lead in _data()["lead"])
        edges = {*self.words[:4], *self.words[-2:]}
        points = bool(edges & set(_data()["pointers"]))
        if begins and len(self.words) <= _SHORT // 2:
            return True
        return len(self.content) <= (4 if begins or points else 0)

    @property
    def language(self) -> str | None:
        """The language it asks for; None when it asks for none."""
        return next((code for code, phrases in _data()["to"].items() if contains(phrases, self.text)), None)


def rephrase(turn: Turn) -> None:
    """Set ``standalone``, and ``places`` where the message points to one; a new topic stays as it is."""
    asked = [str(message["content"]) for message in turn.history if message.get("role") == "user" and message.get("content")]
    message = read(turn.standalone)
    if not asked or turn.replay is None or not _follows(message, turn):
        return
    before = turn.replay(asked[-1], asked[:-1][-_DEEP:])
    position = _position(message, turn)
    turn.followed = bool(before.statements)
    if (message.language or message.has("again")) and len(message.content) <= _DEEP:
        turn.standalone, turn.places = before.standalone, before.places
        turn.language = message.language or turn.language
    elif message.has("source") and (sources := _sources(before)):
        turn.standalone, turn.places = f"{before.standalone} {turn.standalone}", sources
    elif position and (item := _item(before, position)):
        turn.standalone, turn.places = item
    elif message.has("more") and before.statements and len(message.content) <= _DEEP:
        turn.standalone, turn.places = before.standalone, [before.statements[0].unit]
    elif message.leans:
        turn.standalone = _by_model(before, turn) or _joined(before.standalone, turn.standalone)
        if before.statements:
            turn.places = turn.index.boxes(message.text, before.statements[0].unit)


def read(text: str) -> Message:
    """Look at a message's words."""
    words = re.findall(r"[^\W_]+", text.lower())
    empty = small_words() | set(_data()["small"]) | set(_data()["pointers"]) | set(_data()["lead"])
    return Message(text.lower(), words, [word for word in words if word not in empty])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("prompts") / "followup.toml").read_text(encoding="utf-8"))


def _follows(message: Message, turn: Turn) -> bool:
    if len(message.words) > _SHORT:
        return False
    if turn.index.places(message.text) and not message.leans:
        return False
    marked = message.language or message.has("again") or message.has("source") or message.has("more")
    return bool(marked) or message.leans or _position(message, turn) is not None


def _by_model(before: Turn, turn: Turn) -> str | None:
    """The installation's model's wording; None without one, or when somebody's danger could come into it."""
    writer = turn.house.writer
    return writer.standalone(before.standalone, turn) if writer and not (before.danger or turn.danger) else None


def _joined(before: str, now: str) -> str:
    return _exchanged(before, now) or f"{before.rstrip('?!. ')}? {now}"


def _exchanged(before: str, now: str) -> str | None:
    """The earlier question with its last part replaced ("rol als toezichthouder?", "en als dienstverlener?"); None: none fits."""
    joints = "|".join(_data()["joints"])
    lead = "|".join(_data()["lead"])
    new = re.fullmatch(rf"(?:{lead})\s+(?:ook\s+|dan\s+)?(?P<joint>{joints})\s+(?P<rest>.+)", now, re.IGNORECASE)
    if not new:
        return None
    old = re.match(rf"(?P<kept>.*\b{re.escape(new['joint'])})\s+.+", before, re.IGNORECASE)
    return f"{old['kept']} {new['rest']}" if old else None


def _position(message: Message, turn: Turn) -> int | None:
    """The ordinal or number that picks one of several things said before (-1: the last); None when there is none."""
    if len(message.content) > _DEEP or turn.index.places(message.text):
        return None
    return turn.index.ordinal(message.text, _data()["items"])


def _item(before: Turn, position: int) -> tuple[str, list[Unit]] | None:
    """The question and place that the n-th thing of the earlier answer stands for: a line of its list, a place, a passage."""
    lines = _lines(before.statements)
    units = list({str(s.unit.locator): s.unit for s in before.statements}.values())
    things: list[tuple[str, list[Unit]]]
    if len(lines) > 1:
        things = [(text, before.index.titled(text)) for text in lines]
    else:
        things = [(before.standalone, [unit]) for unit in (before.places if len(before.places) > 1 else units)]
    if position > len(things) or not things:
        return None
    return things[position - 1 if position > 0 else -1]


def _lines(statements: Iterable[Statement]) -> list[str]:
    """The items of the lists in an answer, without their numbers."""
    items: dict[tuple[Locator, int, int], str] = {}
    for s in statements:
        if s.unit.blocks[s.sentence.block].kind == "list":
            key = (s.unit.locator, s.sentence.block, s.sentence.item)
            items[key] = f"{items.get(key, '')} {s.sentence.text}".strip()
    return [re.sub(r"^\d+\.\s*", "", text) for text in items.values()]


def _sources(before: Turn) -> list[Unit]:
    """The footnotes at what was said, else those of its units; a said reference is its own source."""
    corpus = before.index.corpus
    near: list[Unit] = []
    far: list[Unit] = []
    for s in before.statements:
        publication = corpus.publication_of(s.unit)
        if publication.source_of(s.unit.id):
            near.append(s.unit)
        for mark in s.unit.marks:
            (near if s.sentence.start < mark.position <= s.sentence.end else far).append(publication.by_id[mark.unit])
    return list({str(unit.locator): unit for unit in near or far}.values())
