"""The checker: rules that a sentence may not break, then a learned judgement of its content.

A literal sentence of a quote is supported without further ado. Numbers, names, negation, strength and actors are rules: one fault
is enough. What is left is weighed by ``support.py``, and by a cross-encoder where one is set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.checking.actors import actor_fault
from assistant.checking.copies import misplaces_a_name
from assistant.checking.modality import modality_fault
from assistant.checking.names import Names
from assistant.checking.negation import negation_fault
from assistant.checking.numbers import number_fault
from assistant.checking.reading import Reader
from assistant.checking.support import CorpusSentences, Floats, Support
from corpus.sentences import sentences_in
from corpus.vocabulary import Vocabulary

if TYPE_CHECKING:
    from assistant.settings import Settings
    from index.embedding import Judge
    from index.retriever import IndexVersion

_ENTAILED = 0.5
"""Probability from which a cross-encoder's quote carries the sentence."""


@dataclass(frozen=True)
class Verdict:
    """Whether the quotes carry a sentence.

    Attributes:
        reason: None when they do; else "number", "name", "negation", "modality", "actor" (a rule is broken), "content"
            (something is said that the quotes do not say) or "judge" (the cross-encoder does not find it).
    """

    supported: bool
    reason: str | None


class Checker:
    """Checks sentences, Dutch or English, against Dutch quotes of one corpus.

    Args:
        judge: a cross-encoder that has the last word; None for none.
    """

    def __init__(self, reader: Reader, names: Names, support: Support, judge: Judge | None = None) -> None:
        self._reader, self._names, self._support, self._judge = reader, names, support, judge

    def check(self, sentence: str, quotes: Sequence[str], *, language: str) -> Verdict:
        """The verdict on one sentence.

        Args:
            quotes: literal words of the units that it cites; none carry nothing.
            language: of the sentence, ``"nl"`` or ``"en"``.
        """
        reason = self._reason(sentence, quotes, language)
        return Verdict(reason is None, reason)

    def _reason(self, sentence: str, quotes: Sequence[str], language: str) -> str | None:
        if not quotes:
            return "content"
        if _literal(sentence, quotes):
            return None
        fault = next(self.faults(sentence, quotes, language), None)
        if fault:
            return fault
        if not self._support.carries(self._reader.read(sentence, language), quotes):
            return "content"
        if self._judge and max(self._judge.entailed(quote, sentence) for quote in [*quotes, " ".join(quotes)]) < _ENTAILED:
            return "judge"
        return None

    def faults(self, sentence: str, quotes: Sequence[str], language: str) -> Iterator[str]:
        """Codes of the rules that a sentence breaks."""
        own, others = self._reader.read(sentence, language), [self._reader.read(quote) for quote in quotes]
        if number_fault(own, quotes, self._reader):
            yield "number"
        if misplaces_a_name(sentence, quotes) or self._names.fault(own, others, language):
            yield "name"
        if negation_fault(own, others):
            yield "negation"
        if modality_fault(own, others):
            yield "modality"
        if actor_fault(own, others, self._names.is_name):
            yield "actor"

    def features(self, sentence: str, quotes: Sequence[str], language: str) -> Floats:
        """What the judgement of the content is made of, in the order of ``support.FEATURES``; for learning."""
        return self._support.features(self._reader.read(sentence, language), quotes)


def checker_for(index: IndexVersion, settings: Settings) -> Checker:
    """A checker with the sentences and the embedder of an index version, and the cross-encoder that is set.

    Raises:
        StoreError: the embedder or the cross-encoder cannot be loaded.
    """
    rows = index.rows("sentence")
    texts = [index.entries[row].text for row in rows]
    reader = Reader(Vocabulary(texts))
    support = Support(reader, index.embedder, CorpusSentences(texts, index.vectors[rows]))
    judge = None
    if settings.check_model:
        from index.embedding import load_judge

        judge = load_judge(settings.check_model)
    return Checker(reader, Names(texts), support, judge)


def _literal(sentence: str, quotes: Sequence[str]) -> bool:
    """Whether a sentence is a quote or one sentence of it, word for word."""
    wanted = _plain(sentence)
    return any(wanted == _plain(quote) or any(wanted == _plain(part.text) for part in sentences_in(quote)) for quote in quotes)


def _plain(text: str) -> str:
    return " ".join(text.split())
