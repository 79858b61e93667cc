"""What a turn carries from step to step, and the form of a step."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from assistant.answer import Answer, AnswerStatus, Trace
from corpus.sentences import Sentence
from corpus.sources import Source
from corpus.unit import Unit
from index.retriever import IndexVersion
from index.several import Search


@dataclass(frozen=True, slots=True)
class Statement:
    """One literal sentence or list line of a unit, as it goes into an answer."""

    unit: Unit
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence that a model wrote and that was checked.

    Attributes:
        quotes: the literal runs that it rests on, at least one; each becomes a citation.
        listed: whether it is a line of a list.
    """

    text: str
    quotes: tuple[tuple[Statement, ...], ...]
    listed: bool = False


class Writer(Protocol):
    """What writes answers with a model (``assistant/llm/``)."""

    def write(self, turn: Turn) -> None:
        """Set ``written`` and ``trace``; ``written`` stays empty when the literal statements are to be given."""

    def standalone(self, before: str, turn: Turn) -> str | None:
        """A follow-up on ``before`` made to stand alone; None on any doubt."""

    def close(self) -> None:
        """End what is being written."""


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody who watches an answer being written.

    Attributes:
        tell: gets the answer so far, after each checked sentence; the first time before there is any.
        stopped: whether the writing is to end at once, with the literal answer.
    """

    tell: Callable[[Answer], None]
    stopped: Callable[[], bool]


def _nobody(_: str) -> bool:
    return False


def _nothing() -> None:
    return None


def _going_on() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class House:
    """What an installation gives to every turn.

    Attributes:
        limit: characters a question may have.
        contact: line that is added to abstentions; empty for none.
        public: whether a name is public, because a publication prints it.
        writer: says answers in plain words; None where no model is set.
    """

    limit: int = 2000
    contact: str = ""
    public: Callable[[str], bool] = _nobody
    writer: Writer | None = None


@dataclass(slots=True)
class Turn:
    """The context of one question.

    Attributes:
        question: as it is kept: without invisible characters, personal data masked.
        history: earlier turns, oldest first, as ``{"role", "content"}``.
        language: of the question, ``"nl"`` or ``"en"``.
        standalone: the question as it is searched.
        followed: whether it leans on an earlier question that was answered.
        places: units that the question names; empty when it names none.
        parts: turns of the questions that it consists of, each answered; empty when it is one question.
        found: what search found; None until the retrieve step.
        statements: what is going to be said, in order.
        status: None while the turn goes on; a step that sets it ends the run.
        danger: who seems to disclose danger (a table of ``prompts/helplines.toml``); None when nobody does.
        masked: whether personal data was masked in ``question``.
        missing: kind of thing asked that is not there (a table of ``prompts/asked.toml``); None when nothing lacks.
        sources_asked: sources whose content is asked and whose text is not loaded.
        support: what the text of a cited source adds; empty for nothing.
        source_named: whether the question asked for that source; ``source_leads``: and the guidance has nothing as fitting.
        replay: answers an earlier question of the history again, given the questions before it; None where there is none.
        begun: when the turn began, on ``time.monotonic``'s clock.
        writing: whether a model is at work.
        written: what it wrote, checked; empty where the statements are the answer.
        trace: how it was used; None when it was not.
        tell, stopped: of the one who watches (``Follower``).
    """

    question: str
    index: IndexVersion
    house: House
    language: str
    history: Sequence[Mapping[str, str]] = ()
    standalone: str = ""
    followed: bool = False
    places: list[Unit] = field(default_factory=list)
    parts: list[Turn] = field(default_factory=list)
    found: Search | None = None
    statements: list[Statement] = field(default_factory=list)
    status: AnswerStatus | None = None
    danger: str | None = None
    masked: bool = False
    missing: str | None = None
    sources_asked: list[Source] = field(default_factory=list)
    support: list[Statement] = field(default_factory=list)
    source_named: bool = False
    source_leads: bool = False
    replay: Callable[[str, Sequence[str]], Turn] | None = None
    begun: float = field(default_factory=time.monotonic)
    writing: bool = False
    written: list[Written] = field(default_factory=list)
    trace: Trace | None = None
    tell: Callable[[], None] = _nothing
    stopped: Callable[[], bool] = _going_on


Step = Callable[[Turn], None]
