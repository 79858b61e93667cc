"""Questions that may come after an answer: of the bank, near what was asked, each about other words of the text."""

from __future__ import annotations

from assistant.answer import Answer, AnswerStatus
from assistant.language import language_of
from assistant.turn import Turn

_FOLLOWED = (AnswerStatus.ANSWERED, AnswerStatus.PARTIAL, AnswerStatus.NOT_IN_GUIDANCE)
_LONGEST = 14
"""Words."""
_SAME_QUESTION = 0.97
"""Cosine from which a question of the bank is the one that was asked."""


def related(turn: Turn, answer: Answer) -> list[str]:
    """Whole questions in the answer's language, the nearest first; none after an answer that ends the subject."""
    if turn.found is None or answer.status not in _FOLLOWED:
        return []
    chosen: dict[tuple[str, int], str] = {}
    for entry, similarity in turn.found.questions:
        proper = entry.text[0].isupper() and entry.text.endswith("?") and len(entry.text.split()) <= _LONGEST
        if proper and similarity < _SAME_QUESTION and language_of(entry.text) == answer.language:
            chosen.setdefault((entry.locator, entry.start), entry.text)
    return list(chosen.values())
