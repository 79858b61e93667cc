"""Evidence: the places a question names, what search finds, and whether that is enough to answer from."""

from __future__ import annotations

import re

from assistant.answer import AnswerStatus
from assistant.asked import asks_source, asks_whole, kind_asked, lacks
from assistant.sourced import settle
from assistant.turn import Turn
from index.evidence import PLAIN_FROM

# Log-odds of the models of index/evidence.py, set on held-out questions of the banks; docs/evaluation.md tells how.
ON_TOPIC_FROM = -1.2
"""93 % of the held-out off-topic questions lie below it and 2 % of those on the subject."""
SOURCE_FROM = -1.2
"""The same where a source is asked and the best unit is a reference: such questions share few words with the subject."""
SURE_FROM = 2.2
"""A question that the corpus clearly seems to answer may be this much further from the subject:"""
FAR_FROM = -1.9
DOUBTFUL_BELOW = 1.0
"""Under this a question is off topic as well when the corpus does not seem to answer it."""
ANSWERED_FROM = -1.2
"""6 % of the held-out bank questions lie below it and 63 % of the gaps."""
PARTIAL_FROM = -2.6
"""1 % and 38 %. Between the two the nearest passage is shown, after a sentence that says what is missing."""
SOURCED_FROM = -4.2
"""A question about a source is answered from it unless it clearly asks for something else."""
NAMED_FROM = -6.0
"""So is one that names a place, even more so."""
LACKING = 2.0
"""What a question loses that asks for a kind of thing which the best unit does not hold."""
LEANING = 1.0
"""What a question gains that follows an answered one: it is about the same subject, in fewer words."""

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
    """Off topic, not in the guidance, partly in it, or enough to answer from; then whether a cited source speaks."""
    _judge(turn)
    settle(turn)


def _judge(turn: Turn) -> None:
    assert turn.found is not None
    if turn.parts or (turn.places and asks_whole(turn)):
        return
    signals = turn.found.signals
    best = turn.index.corpus.find(turn.found.hits[0].locator)
    reference = turn.index.corpus.publication_of(best).source_of(best.id) is not None
    lacking = lacks(turn, " ".join(unit.text for unit in turn.places or [best]))
    score = None if signals.answered is None else signals.answered - LACKING * lacking + LEANING * turn.followed
    wanted = NAMED_FROM if turn.places else SOURCED_FROM if reference or asks_source(turn) else ANSWERED_FROM
    answered = not lacking if score is None else score >= (ANSWERED_FROM if lacking else wanted)
    limit = PLAIN_FROM if score is None else SOURCE_FROM if reference and asks_source(turn) else ON_TOPIC_FROM
    sure = score is not None and score >= SURE_FROM
    on_topic = turn.followed or signals.topical >= (min(limit, FAR_FROM) if sure else limit)
    if not turn.places and not (on_topic and (answered or signals.topical >= DOUBTFUL_BELOW)):
        turn.status = AnswerStatus.OFF_TOPIC
    elif not answered:
        turn.missing = kind_asked(turn)
        if score is None or score < PARTIAL_FROM:
            turn.status = AnswerStatus.NOT_IN_GUIDANCE
