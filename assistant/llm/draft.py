"""The answer in the making: which of the model's sentences may stand, and why the others may not."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from assistant.answer import Dropped, Trace
from assistant.checking.check import Checker
from assistant.language import language_of
from assistant.llm.passages import Passage
from assistant.llm.reader import Marked
from assistant.turn import Written

MAX_SENTENCES = 8
MAX_WORDS = 120
_MAX_MARKS = 3
"""Passages that one sentence may rest on: with enough of them anything seems supported."""
_LEAKED = 0.5
"""Share of a sentence's runs of words from which it is taken to come out of the prompt."""
_RUN = 4
"""Words."""
_ADDRESS = re.compile(r"\w+://|\bwww\.|\S@\S")


class Draft:
    """Takes a model's sentences one by one.

    Args:
        passages: by their marks.
        rules: what the model was told; it is not to be repeated.
        trace: gets a line for each sentence that is dropped.
    """

    def __init__(self, passages: Mapping[str, Passage], checker: Checker, language: str, trace: Trace, rules: str = "") -> None:
        self._passages, self._checker, self._language, self._trace = passages, checker, language, trace
        self._rules = _runs(rules)
        self._words = 0
        self.written: list[Written] = []
        self.full = False
        """Whether there is no room for another sentence."""

    def add(self, sentence: Marked) -> bool:
        """Take a sentence; false when it is dropped."""
        self._trace.sentences += 1
        self._trace.unknown_marks += sentence.unknown
        reason = self._refusal(sentence)
        if reason is not None:
            self._trace.dropped.append(Dropped(sentence=sentence.text, reason=reason))
            return False
        quotes = tuple(self._passages[mark].run for mark in sentence.marks)
        self.written.append(Written(sentence.text, quotes, sentence.listed))
        self._words += len(sentence.text.split())
        self.full = len(self.written) == MAX_SENTENCES
        return True

    def _refusal(self, sentence: Marked) -> str | None:
        """Why a sentence may not stand, as one word; None when it may."""
        return self._malformed(sentence) or self._unfit(sentence.text) or self._unsupported(sentence)

    def _malformed(self, sentence: Marked) -> str | None:
        if not sentence.marks:
            return "invented" if sentence.unknown else "unmarked"
        return "marks" if len(sentence.marks) > _MAX_MARKS else None

    def _unfit(self, text: str) -> str | None:
        """Said before, too long, in another language, out of the prompt, or with an address."""
        if any(text.casefold() == written.text.casefold() for written in self.written):
            return "repeated"
        if self._words + len(text.split()) > MAX_WORDS:
            self.full = True
            return "length"
        if not in_language(text, self._language):
            return "language"
        runs = _runs(text)
        if runs and len(runs & self._rules) >= _LEAKED * len(runs):
            return "leaked"
        return "address" if _ADDRESS.search(text) else None

    def _unsupported(self, sentence: Marked) -> str | None:
        quotes = [self._passages[mark].text for mark in sentence.marks]
        verdict = self._checker.check(sentence.text, quotes, language=self._language)
        return None if verdict.supported else verdict.reason or "unsupported"


def in_language(text: str, language: str) -> bool:
    """Whether a sentence seems to be in a language, by its small words; one that has hardly any passes.

    >>> in_language("Die Gemeinde muss und wird das nicht mit dem Plan tun.", "nl")
    False
    """
    words = re.findall(r"[^\W\d_]+", text.lower())
    foreign = sum(word in _foreign() for word in words)
    if foreign >= 2 and foreign * 4 >= len(words):
        return False
    return language_of(text) == language or (language == "en" and len(words) < 8)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)}


@cache
def _foreign() -> frozenset[str]:
    return frozenset(tomllib.loads((files("prompts") / "foreign.toml").read_text(encoding="utf-8"))["words"])
