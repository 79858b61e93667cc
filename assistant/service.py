"""The assistant as its front ends see it: opened once, asked many times."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from functools import cached_property

from assistant.answer import Answer, AnswerStatus
from assistant.guards.clean import neutralise
from assistant.guards.personal import find_personal, mask
from assistant.guards.public import public_names
from assistant.language import language_of
from assistant.pipeline import run
from assistant.settings import Settings
from assistant.turn import House
from corpus.sources import Source
from corpus.unit import Unit
from index.retriever import IndexVersion

_FOLLOWED = (AnswerStatus.ANSWERED, AnswerStatus.PARTIAL, AnswerStatus.NOT_IN_GUIDANCE)
_LONGEST_RELATED = 14
"""Words."""
_SAME_QUESTION = 0.97
"""Cosine from which a question of the bank is the one that was asked."""


class Assistant:
    """Answers from one index version.

    Args:
        settings: where the data folder is, which embedder and store.
        version: an index version's id; None for the live one.

    Raises:
        StoreError: there is no usable index.
    """

    def __init__(self, settings: Settings, version: str | None = None) -> None:
        self._settings = settings
        self.index = IndexVersion(settings.data, settings.embedding_model, settings.chroma_url, version, settings.without)

    def ask(self, question: str, history: Sequence[Mapping[str, str]] = (), language: str | None = None) -> Answer:
        """Answer a question.

        Args:
            language: of replies and labels; None: that of the question.

        Raises:
            QuestionError: empty or too long.
        """
        return run(question, self.index, history, language, self._house)

    @cached_property
    def _house(self) -> House:
        corpus = self.index.corpus
        printed = [text for unit in corpus.units for text in (unit.title, unit.text)]
        for publication in corpus.publications.values():
            printed += [author for source in publication.sources for author in source.authors]
        return House(self._settings.max_question_length, self._settings.contact, public_names(printed))

    def switched_off(self, names: Collection[str]) -> Assistant:
        """The same assistant with ingredients of the search switched off, to measure what they add."""
        other = copy(self)
        other.index = self.index.switched_off(names)
        return other

    def unit(self, locator: str) -> Unit:
        """The unit at a locator (raises LocatorError)."""
        return self.index.corpus.find(locator)

    def label(self, locator: str, language: str) -> str:
        """The label shown for a locator."""
        unit = self.unit(locator)
        return self.index.corpus.publication_of(unit).label(unit, language)

    def source(self, locator: str) -> Source | None:
        """The source whose reference stands at a locator; None where none does."""
        unit = self.unit(locator)
        return self.index.corpus.publication_of(unit).source_of(unit.id)

    def starters(self, language: str) -> list[str]:
        """Questions to start with, from the publications."""
        return [
            question
            for publication in self.index.corpus.publications.values()
            for question in publication.data.get("starters", {}).get(language, [])
        ]

    def related(self, answer: Answer, limit: int) -> list[str]:
        """Questions of the bank that may come after an answer: near it, in its language, each about other words of the text."""
        if answer.status not in _FOLLOWED:
            return []
        chosen: dict[tuple[str, int], str] = {}
        for entry, similarity in self.index.search(answer.standalone_question).questions:
            proper = entry.text[0].isupper() and entry.text.endswith("?") and len(entry.text.split()) <= _LONGEST_RELATED
            if proper and similarity < _SAME_QUESTION and language_of(entry.text) == answer.language:
                chosen.setdefault((entry.locator, entry.start), entry.text)
        return list(chosen.values())[:limit]

    def is_public(self, name: str) -> bool:
        """Whether a publication prints a name."""
        return self._house.public(name)

    def masked(self, text: str) -> str:
        """A text without invisible characters and personal data."""
        clean = neutralise(text)
        return mask(clean, find_personal(clean, self._house.public))

    def warm(self) -> None:
        """Load everything, so that the first question is answered at once."""
        self.index.warm()

    def close(self) -> None:
        self.index.close()
