"""First step: is there a question that can be handled?"""

from __future__ import annotations

from assistant.turn import Turn
from corpus.errors import QuestionError


def check(turn: Turn) -> None:
    """Refuse an empty or overlong question.

    Raises:
        QuestionError: says which, and the limit.
    """
    if not turn.question.strip():
        raise QuestionError("question-empty")
    if len(turn.question) > turn.limit:
        raise QuestionError("question-too-long", length=len(turn.question), limit=turn.limit)
