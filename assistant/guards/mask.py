"""Personal data is masked before anything is searched, stored, logged or sent."""

from __future__ import annotations

from assistant.guards.clean import searched
from assistant.guards.personal import find_personal
from assistant.guards.personal import mask as masked
from assistant.turn import Turn


def mask(turn: Turn) -> None:
    """Replace personal data in the question by masks; a name that a publication prints stays."""
    found = find_personal(turn.question, turn.house.public)
    if found:
        turn.question, turn.masked = masked(turn.question, found), True
        turn.standalone = searched(turn.question)
