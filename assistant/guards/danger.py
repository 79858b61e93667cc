"""People in danger come first: a guard that recognises a personal disclosure and answers it with help lines.

A model judges each message and each of its sentences (``index/guard.py``). What is about work needs more to be taken personally
than what is not; the sentence that stands out most decides, for a disclosure may hide in a policy question.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.answer import AnswerStatus
from assistant.guards.attack import ATTACK_FROM
from assistant.turn import Turn
from corpus.places import contains

# Log-odds of the model, set on the development part of evals/datasets/danger.jsonl.
PERSONAL_FROM = -0.5
"""Of a message without a word of work."""
STRICT_FROM = 0.8
"""Of a message with one, and of a sentence by itself."""
HIDING_FROM = -5.0
"""Of a message in which a single sentence can be a disclosure: one that is all policy hides none."""
_SHORTEST = 6
"""Words of a sentence that is judged by itself."""
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
# An apostrophe within a word ends no quotation.
_QUOTED = re.compile(r"[\"“„][^\"”“]*[\"”“]|(?<!\w)['‘](?:[^'’]|['’](?=\w)){12,}?['’](?!\w)")


def danger(turn: Turn) -> None:
    """Set ``danger`` to who seems to be writing when the message is a disclosure.

    What else is asked in the same message becomes the question; when nothing is, the turn ends with the help lines.
    """
    if not is_disclosure(turn):
        return
    turn.danger = turn.index.who(turn.standalone)
    turn.standalone = _policy_question(turn)
    if not turn.standalone:
        turn.status = AnswerStatus.SIGNPOST


def is_disclosure(turn: Turn) -> bool:
    """Whether the message, or a sentence of it, is a disclosure.

    What stands between quotation marks is somebody else's. What looks more like an attack is left to its guard.
    """
    own = " ".join(_QUOTED.sub(" … ", turn.standalone).split())
    if contains(_words()["always"], own.lower()):
        return True
    if turn.index.attack(own) > max(ATTACK_FROM, *(turn.index.danger(piece) for piece in (own, *_sentences(own)))):
        return False
    whole = turn.index.danger(own)
    if whole >= (STRICT_FROM if _about_work(own) else PERSONAL_FROM):
        return True
    return whole >= HIDING_FROM and any(turn.index.danger(sentence) >= STRICT_FROM for sentence in _sentences(own))


def help_lines(who: str, language: str) -> str:
    """The help lines for a person, as Markdown: what is said, the lines, how to leave the page."""
    data = help_data()
    lines = "\n".join(f"- {data['lines'][line][language]}" for line in data["who"][who]["lines"])
    return str(data["frame"][language]).format(said=data["who"][who][language], lines=lines)


def before_policy(language: str) -> str:
    """What stands between the help lines and the answer to a policy question."""
    return str(help_data()["frame"][f"policy_{language}"])


@cache
def help_data() -> dict[str, Any]:
    """``prompts/helplines.toml``."""
    return tomllib.loads((files("prompts") / "helplines.toml").read_text(encoding="utf-8"))


@cache
def _words() -> dict[str, list[str]]:
    """``prompts/danger.toml``."""
    return tomllib.loads((files("prompts") / "danger.toml").read_text(encoding="utf-8"))


def _about_work(text: str) -> bool:
    return contains(_words()["work"], text.lower())


def _sentences(text: str) -> list[str]:
    found = [match.strip() for match in _SENTENCE.findall(text)]
    return [sentence for sentence in found if len(sentence.split()) >= _SHORTEST] if len(found) > 1 else []


def _policy_question(turn: Turn) -> str:
    """The sentences of a disclosure that ask about work; empty when none does."""
    return " ".join(s for s in _sentences(turn.standalone) if _about_work(s) and turn.index.danger(s) < STRICT_FROM)
