"""Evidence: the places a question names, what search finds, and whether that is enough to answer from."""

from __future__ import annotations

from assistant.answer import AnswerStatus
from assistant.turn import Turn
from corpus.places import PlaceFinder

# Cosine of the best chunk or bank question with the bundled E5 model, whose similarities of unrelated texts start at about 0.7.
# Set on hand-written off-topic and on-topic questions; docs/architecture.md tells how.
OFF_TOPIC_BELOW = 0.80
NOT_IN_GUIDANCE_BELOW = 0.825


def locate(turn: Turn) -> None:
    """Find the units that the question names."""
    for publication in turn.index.corpus.publications.values():
        turn.places += PlaceFinder(publication).find(turn.standalone)


def retrieve(turn: Turn) -> None:
    """Rank all units for the question."""
    turn.found = turn.index.search(turn.standalone)


def weigh(turn: Turn) -> None:
    """End the turn when nothing that was found is close enough; a named place is evidence enough."""
    assert turn.found is not None
    if turn.places:
        return
    best = max(hit.similarity for hit in turn.found.hits)
    if best < OFF_TOPIC_BELOW:
        turn.status = AnswerStatus.OFF_TOPIC
    elif best < NOT_IN_GUIDANCE_BELOW:
        turn.status = AnswerStatus.NOT_IN_GUIDANCE
