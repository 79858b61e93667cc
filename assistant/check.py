"""First step: is there a question that can be handled?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import QuestionError

if TYPE_CHECKING:
    from assistant.turn import Turn


def check(turn: Turn) -> None:
    """Refuse an empty or overlong question.

    Raises:
        QuestionError: says which, and the limit.
    """
    refuse(turn.question, turn.house.limit)


def refuse(question: str, limit: int) -> None:
    """The same before anything has been loaded."""
    if not question.strip():
        raise QuestionError("question-empty")
    if len(question) > limit:
        raise QuestionError("question-too-long", length=len(question), limit=limit)
