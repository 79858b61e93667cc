"""Orders to break the rules are not carried out; the turn ends with the reply for them.

Nothing bad can come of such an order without a language model, and with one every sentence is checked. The guard is there so that
the person is told plainly, and so that no order reaches a model.
"""

from __future__ import annotations

from assistant.answer import AnswerStatus
from assistant.turn import Turn

# Log-odds of index/guard.py, set so that next to no question of the eval cases is taken for an attack.
ATTACK_FROM = 1.6
NAMING_FROM = 4.0
"""The same for a message that names a place: a request to show it is worded like an order."""


def block(turn: Turn) -> None:
    """End the turn when the message is an attack, unless somebody in it may be in danger."""
    limit = NAMING_FROM if turn.index.places(turn.standalone) else ATTACK_FROM
    if turn.danger is None and turn.index.attack(turn.standalone) >= limit:
        turn.status = AnswerStatus.BLOCKED
