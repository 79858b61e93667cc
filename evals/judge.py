"""A judge: a second model that says whether the quotes of a sentence carry it. Its word counts for as much as its agreement.

It gets the sentence and the quotes, never the question. Its prompt, ``prompts/judge.nl.md``, asks for one word.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from assistant.llm.client import Client, Usage
from assistant.llm.passages import fenced
from assistant.llm.setup import open_client
from assistant.models import ModelError, model_name
from assistant.prompting import load_prompt
from corpus.errors import EvalError

if TYPE_CHECKING:
    from assistant.settings import Settings
    from evals.pairs import Pair

_WORDS = {"ja": True, "yes": True, "nee": False, "no": False}
_LONGEST = 2000
"""Characters after which a judge that goes on is cut off."""


class Judge:
    """Judges sentences with one model; the same sentence with the same quotes is asked once.

    Args:
        name: of the model, as people see it.
        seconds: that one verdict may take.

    Attributes:
        failures: why there was no verdict, as one word, and how often.
        tokens_asked, tokens_written: of all verdicts together, as far as the server counted them.
    """

    def __init__(self, name: str, client: Client, seconds: float) -> None:
        self.name = name
        self.prompt = load_prompt("judge", "nl")
        self.failures: Counter[str] = Counter()
        self.tokens_asked = self.tokens_written = 0
        self._client, self._seconds = client, seconds
        self._known: dict[tuple[str, tuple[str, ...]], bool | None] = {}

    def verdict(self, sentence: str, quotes: Sequence[str]) -> bool | None:
        """Whether the quotes carry the sentence; None when the judge failed or said neither yes nor no (see ``failures``)."""
        place = (sentence, tuple(quotes))
        if place not in self._known:
            self._known[place] = self._asked(sentence, quotes)
        return self._known[place]

    def reach(self) -> None:
        """Make sure that the model answers, before anything else is paid for (raises ModelError)."""
        self._client.reach()

    def close(self) -> None:
        self._client.close()

    def _asked(self, sentence: str, quotes: Sequence[str]) -> bool | None:
        listed = "\n".join(f"- {fenced(quote)}" for quote in quotes)
        messages = self.prompt.messages({"sentence": fenced(sentence), "quotes": listed})
        said, usage = "", Usage()
        try:
            with closing(self._client.stream(messages, time.monotonic() + self._seconds, usage=usage)) as pieces:
                for piece in pieces:
                    said += piece
                    if len(said) > _LONGEST:
                        break
        except ModelError as error:
            self.failures[error.reason] += 1
            return None
        self.tokens_asked += usage.asked or 0
        self.tokens_written += usage.written or 0
        verdict = read_verdict(said)
        if verdict is None:
            self.failures["verdict"] += 1
        return verdict


def read_verdict(said: str) -> bool | None:
    """The one word that was asked for; None when something else was said.

    >>> read_verdict("**Nee.**"), read_verdict("Dat hangt ervan af.")
    (False, None)
    """
    words = re.findall(r"[^\W\d_]+", said.lower())
    return _WORDS.get(words[0]) if words else None


def open_judge(settings: Settings) -> Judge:
    """The judge that is set.

    Raises:
        EvalError: none is set.
        ModelError: it cannot be opened or reached.
        StoreError: the file with its key cannot be read.
    """
    if not settings.judge_model:
        raise EvalError("judge-unset")
    own = {"model": settings.judge_model, "model_url": settings.judge_url, "model_key_file": settings.judge_key_file}
    judge = Judge(model_name(settings.judge_model), open_client(settings.model_copy(update=own)), settings.model_budget_seconds)
    judge.reach()
    return judge


def judge_pairs(judge: Judge, pairs: Iterable[Pair]) -> list[dict[str, object]]:
    """Labels and verdicts of labelled pairs: rows of ``id``, ``kind``, ``supported`` and ``verdict`` (None: there is none)."""
    return [{"id": p.id, "kind": p.kind, "supported": p.supported, "verdict": judge.verdict(p.sentence, p.quotes)} for p in pairs]
