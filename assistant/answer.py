"""The answer, as ``wegwijzer ask --json`` prints it. Field names are a contract: never change one."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field

Coverage = Literal["complete", "partial", "none"]


class AnswerStatus(StrEnum):
    """How a turn ended; each has a reply in ``prompts/replies.toml`` or an answer with citations."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    NOT_IN_GUIDANCE = "not_in_guidance"
    UNCLEAR = "unclear"
    SMALLTALK = "smalltalk"
    OFF_TOPIC = "off_topic"
    BLOCKED = "blocked"
    ERROR = "error"
    SIGNPOST = "signpost"


class Citation(BaseModel):
    """The place behind a marker.

    ``quote`` is literal text of the unit. ``url`` is the first link of a footnote's or document's source, else the
    publication's; None when neither has one. ``via`` is the footnote that leads to a cited source's own text; None otherwise.
    """

    marker: int
    locator: str
    unit: str
    label: str
    page: str
    quote: str
    url: str | None = None
    footnotes: list[str] = Field(default_factory=list)
    via: str | None = None
    language: str = Field(default="", exclude=True)
    """Of the quote, for those who show it: no field of the contract."""


class Retrieved(BaseModel):
    """A unit that search found, with its fused score (no fixed range: higher is better)."""

    unit: str
    score: float


class Dropped(BaseModel):
    """A sentence of a model that was not shown, and why, as one word."""

    sentence: str
    reason: str


class Trace(BaseModel):
    """How a model was used for an answer.

    Attributes:
        model: its name, as people see it.
        prompt: hash of the prompt's file.
        passages: how many it got to read.
        sentences: how many it wrote; ``dropped`` of them were not shown.
        unknown_marks: how many passages it named that do not exist.
        failure: why the literal sentences stand instead, as one word; None when they do not.
        tokens_asked, tokens_written: as the server counted them; None when it did not.
    """

    model: str
    prompt: str
    passages: int
    sentences: int = 0
    dropped: list[Dropped] = Field(default_factory=list)
    unknown_marks: int = 0
    failure: str | None = None
    tokens_asked: int | None = None
    tokens_written: int | None = None


class Answer(BaseModel):
    """One turn's result."""

    id: str | int | None = None
    question: str
    standalone_question: str
    status: AnswerStatus
    coverage: Coverage = "none"
    language: str
    answer: str
    citations: list[Citation] = Field(default_factory=list)
    retrieved: list[Retrieved] = Field(default_factory=list)
    answerer: str = "extractive"
    index_version: str
    timing_ms: dict[str, float] = Field(default_factory=dict)
    masked: bool = Field(default=False, exclude=True)
    """Whether personal data was masked in ``question``: a notice for those who show it, no field of the contract."""
    followed: bool = Field(default=False, exclude=True)
    """Whether ``standalone_question`` was made from an earlier question as well: for those who show it, likewise."""
    not_loaded: list[str] = Field(default_factory=list, exclude=True)
    """Sources whose content was asked and whose text is not loaded, by name: likewise."""
    trace: Trace | None = Field(default=None, exclude=True)
    """How a model was used; None when none was. No field of the contract either."""
    related: list[str] = Field(default_factory=list, exclude=True)
    """Questions that may come next, the nearest first; no field of the contract either."""
