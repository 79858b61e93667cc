"""Evidence: the places a question names, what search finds, and whether that is enough to answer from."""

from __future__ import annotations

from assistant.answer import AnswerStatus
from assistant.asked import kind_asked
from assistant.turn import Turn

# Log-odds of the models of index/evidence.py, set on the development half of the eval cases; docs/evaluation.md tells how.
ON_TOPIC_FROM = -0.5
ANSWERED_FROM = -0.8
PARTIAL_FROM = -1.8
"""Between these two the nearest passage is shown, after a sentence that says what is missing."""
NAMED_FROM = -3.0
"""A question that names a place is answered from it unless it clearly asks for something else."""


def locate(turn: Turn) -> None:
    """Find the units that the question names, unless what it leans on has given them."""
    turn.places = turn.places or turn.index.places(turn.standalone)


def retrieve(turn: Turn) -> None:
    """Rank all units for the question."""
    turn.found = turn.index.search(turn.standalone)


def weigh(turn: Turn) -> None:
    """Off topic, not in the guidance, partly in it, or enough to answer from."""
    assert turn.found is not None
    signals = turn.found.signals
    if not turn.places and signals.topical < ON_TOPIC_FROM:
        turn.status = AnswerStatus.OFF_TOPIC
    elif signals.answered is not None and signals.answered < (NAMED_FROM if turn.places else ANSWERED_FROM):
        turn.missing = kind_asked(turn)
        if signals.answered < PARTIAL_FROM:
            turn.status = AnswerStatus.NOT_IN_GUIDANCE
