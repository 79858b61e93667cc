"""The golden set: questions with what a right answer must do. Typed, and checked against the corpus when read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.answer import AnswerStatus
from corpus.errors import EvalError
from corpus.publication import Corpus, Publication

Half = Literal["dev", "test"]
PUBLICATION = "crm-2021"
"""The publication that the cases were written for: the units they name are units of it."""


class Kind(StrEnum):
    """What makes a case difficult."""

    PLAIN = "plain"
    SYNONYM = "synonym"
    COLLOQUIAL = "colloquial"
    TYPO = "typo"
    DIALECT = "dialect"
    ENGLISH = "english"
    KEYWORDS = "keywords"
    LONG = "long"
    PLACE = "place"
    SOURCE = "source"
    LIST = "list"
    FOLLOWUP = "followup"
    FALSE_PREMISE = "false-premise"
    SEVERAL = "several"
    NEAR_MISS = "near-miss"
    OFF_TOPIC = "off-topic"
    SMALLTALK = "smalltalk"
    UNCLEAR = "unclear"


class Message(BaseModel):
    """An earlier turn."""

    model_config = ConfigDict(extra="forbid")
    role: Literal["user", "assistant"]
    content: str = Field(min_length=1)


class Case(BaseModel):
    """One question and what is right for it.

    Attributes:
        expect: the statuses that are right.
        gold: the right places: any of them, or all of them where kind is ``several``. Empty where nothing is to be answered.
        supporting: further units whose citation is no mistake.
        facts: what a good answer contains; each fact is a list of alternative fragments, one of which must be in the answer.
        whole_list: (``list`` in the file) a complete list is asked, so the answer may be longer than 120 words.
        missing: words of which one stands in the first sentence of a partial answer that names what is missing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(min_length=1)
    kind: Kind
    language: Literal["nl", "en"]
    question: str = Field(min_length=1)
    history: list[Message] = []
    expect: list[AnswerStatus] = Field(min_length=1)
    gold: list[str] = []
    supporting: list[str] = []
    facts: list[list[str]] = []
    missing: list[str] = []
    whole_list: bool = Field(default=False, alias="list")

    @property
    def answerable(self) -> bool:
        return AnswerStatus.ANSWERED in self.expect

    @model_validator(mode="after")
    def _whole(self) -> Case:
        if self.answerable and not (self.gold and self.facts):
            raise ValueError("an answerable case needs gold and facts")
        if self.kind == Kind.NEAR_MISS and not self.missing:
            raise ValueError("a near miss needs missing")
        if any(not fragment.strip() for fact in self.facts for fragment in fact):
            raise ValueError("empty fragment")
        return self


def load_cases(half: Half, corpus: Corpus) -> list[Case]:
    """The cases of one half, in the order of the file.

    Raises:
        EvalError: a case is malformed, an id stands twice, or a unit does not exist.
    """
    return read_cases(_lines(half), half, corpus)


def fitting_cases(half: Half, corpus: Corpus) -> tuple[list[Case], list[str]]:
    """The cases of one half whose places a corpus has, and the ids of the others.

    A place is a unit of ``PUBLICATION`` or, by its id, of an edition that replaces it; a case without places fits any corpus.

    Raises:
        EvalError: a case is malformed, or an id stands twice.
    """
    units = {unit.id for publication in editions(corpus) for unit in publication.units}
    cases = _cases(_lines(half), half)
    fitting = [case for case in cases if {*case.gold, *case.supporting} <= units]
    return fitting, [case.id for case in cases if case not in fitting]


def editions(corpus: Corpus) -> list[Publication]:
    """What of a corpus the cases are about: ``PUBLICATION``, or the edition in its place; empty when there is neither."""
    known, sought = corpus.publications, {PUBLICATION}
    while later := {uid for uid, publication in known.items() if publication.replaces in sought} - sought:
        sought |= later
    return [publication for uid, publication in known.items() if uid in sought]


def read_cases(lines: Iterable[str], name: str, corpus: Corpus) -> list[Case]:
    """Cases from JSON lines; ``name`` is what errors call the file."""
    units = {unit.id for unit in corpus.units}
    cases = _cases(lines, name)
    for number, case in enumerate(cases, 1):
        if unknown := {*case.gold, *case.supporting} - units:
            raise EvalError("case-malformed", file=name, number=number, reason=", ".join(sorted(unknown)))
    return cases


def _lines(half: Half) -> list[str]:
    return (files("evals") / "datasets" / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()


def _cases(lines: Iterable[str], name: str) -> list[Case]:
    cases: dict[str, Case] = {}
    for number, line in enumerate(lines, 1):
        try:
            case = Case.model_validate(json.loads(line))
        except (ValueError, ValidationError) as error:
            raise EvalError("case-malformed", file=name, number=number, reason=error) from error
        if case.id in cases:
            raise EvalError("case-malformed", file=name, number=number, reason=case.id)
        cases[case.id] = case
    return list(cases.values())
