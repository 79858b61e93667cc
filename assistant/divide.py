"""A question that asks two things is answered in parts, each from its own place."""

from __future__ import annotations

import re

from assistant.asked import forms
from assistant.rephrase import read
from assistant.turn import Turn

_LONGEST = 45
"""Words: a longer message is a story with a question, not two questions."""
_SHORTEST = 2
"""Words with a subject that a part must have to be understood on its own."""


def divide(turn: Turn) -> None:
    """Set ``parts`` when every part is answered by itself, and not all from the same place; else the question stays whole."""
    questions = _questions(turn.standalone)
    if len(questions) < 2 or turn.replay is None or turn.places:
        return
    parts = [turn.replay(question, []) for question in questions]
    answered = all(part.status is None and part.statements and not part.missing for part in parts)
    if answered and len({part.statements[0].unit.locator for part in parts}) > 1:
        turn.parts = parts


def _questions(text: str) -> list[str]:
    if len(text.split()) > _LONGEST:
        return [text]
    joints, begins = "|".join(forms()["joint"]), "|".join(forms()["interrogative"])
    parts = re.split(rf"(?:[,;]?\s+(?:{joints})|[?;]|,)\s+(?=(?:{begins})\b)", text, flags=re.IGNORECASE)
    return parts if all(len(read(part).content) >= _SHORTEST for part in parts) else [text]
