"""What a turn carries from step to step, and the form of a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.answer import AnswerStatus
from corpus.sentences import Sentence
from corpus.unit import Unit
from index.retriever import IndexVersion, Search


@dataclass(frozen=True, slots=True)
class Statement:
    """One literal sentence or list line of a unit, as it goes into an answer."""

    unit: Unit
    sentence: Sentence


def _nobody(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class House:
    """What an installation gives to every turn.

    Attributes:
        limit: characters a question may have.
        contact: line that is added to abstentions; empty for none.
        public: whether a name is public, because a publication prints it.
    """

    limit: int = 2000
    contact: str = ""
    public: Callable[[str], bool] = _nobody


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
        replay: answers an earlier question of the history again, given the questions before it; None where there is none.
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
    replay: Callable[[str, Sequence[str]], Turn] | None = None


Step = Callable[[Turn], None]
