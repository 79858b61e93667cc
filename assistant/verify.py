"""Last step: a sentence that does not stand literally in its unit is dropped; nothing left means not in the guidance."""

from __future__ import annotations

from assistant.answer import AnswerStatus
from assistant.turn import Turn


def verify(turn: Turn) -> None:
    """Keep the statements whose words stand at their place in the unit of this index version."""
    turn.statements = [
        statement
        for statement in turn.statements
        if turn.index.corpus.find(str(statement.unit.locator)).text[statement.sentence.start : statement.sentence.end]
        == statement.sentence.text
    ]
    if not turn.statements:
        turn.status = AnswerStatus.NOT_IN_GUIDANCE
