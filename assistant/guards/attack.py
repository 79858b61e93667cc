"""Orders to break the rules are not carried out; the turn ends with the reply for them.

Nothing bad can come of such an order without a language model, and with one every sentence is checked. The guard is there so that
the person is told plainly, and so that no order reaches a model.
"""

from __future__ import annotations

from assistant.answer import AnswerStatus
from assistant.turn import Turn

ATTACK_FROM = 2.6
"""Log-odds of ``index/guard.py``."""


def block(turn: Turn) -> None:
    """End the turn when the message is an attack, unless somebody in it may be in danger."""
    if turn.danger is None and turn.index.attack(turn.standalone) >= ATTACK_FROM:
        turn.status = AnswerStatus.BLOCKED
