"""Evidence: the places a question names, what search finds, and whether that is enough to answer from."""

from __future__ import annotations

import re

from assistant.answer import AnswerStatus
from assistant.asked import asks_source, asks_whole, kind_asked
from assistant.turn import Turn

# Log-odds of the models of index/evidence.py, set on the development half of the eval cases; docs/evaluation.md tells how.
ON_TOPIC_FROM = 0.4
"""97 % of the held-out off-topic questions lie below it, 4 % of the held-out bank questions."""
PLAIN_FROM = 0.5
"""The same where a publication has no bank to learn from; 96 % of the held-out off-topic questions lie below it."""
SOURCE_FROM = -1.2
"""The same where a source is asked and the best unit is a reference: such questions share few words with the subject."""
DOUBTFUL_BELOW = 1.5
"""Under this a question is off topic as well when the corpus does not seem to answer it."""
ANSWERED_FROM = -0.4
"""Of held-out bank questions 11 % lie below it, of held-out gaps 72 %."""
PARTIAL_FROM = -1.5
"""4 % and 54 %. Between the two the nearest passage is shown, after a sentence that says what is missing."""
NAMED_FROM = -3.0
"""A question that names a place or is about a source is answered from it unless it clearly asks for something else."""

_STORY = 30
"""Words: a longer message tells a story around its question."""
_QUESTION = re.compile(r"[^.!?]+\?")


def locate(turn: Turn) -> None:
    """Find the units that the question names, unless what it leans on has given them; of a story only the questions count."""
    text = turn.standalone
    if len(text.split()) > _STORY:
        text = " ".join(_QUESTION.findall(text)) or text
    turn.places = turn.places or turn.index.places(text)


def retrieve(turn: Turn) -> None:
    """Rank all units for the question."""
    turn.found = turn.index.search(turn.standalone)


def weigh(turn: Turn) -> None:
    """Off topic, not in the guidance, partly in it, or enough to answer from."""
    assert turn.found is not None
    if turn.parts or (turn.places and asks_whole(turn)):
        return
    signals = turn.found.signals
    best = turn.index.corpus.find(turn.found.hits[0].locator)
    reference = turn.index.corpus.publication_of(best).source_of(best.id) is not None
    named = bool(turn.places) or reference or asks_source(turn)
    answered = signals.answered is None or signals.answered >= (NAMED_FROM if named else ANSWERED_FROM)
    limit = PLAIN_FROM if signals.answered is None else SOURCE_FROM if reference and asks_source(turn) else ON_TOPIC_FROM
    on_topic = signals.topical >= limit
    if not turn.places and not (on_topic and (answered or signals.topical >= DOUBTFUL_BELOW)):
        turn.status = AnswerStatus.OFF_TOPIC
    elif signals.answered is not None and not answered:
        turn.missing = kind_asked(turn)
        if signals.answered < PARTIAL_FROM:
            turn.status = AnswerStatus.NOT_IN_GUIDANCE
