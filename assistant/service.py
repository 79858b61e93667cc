"""The assistant as its front ends see it: opened once, asked many times."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import copy

from assistant.answer import Answer
from assistant.pipeline import run
from assistant.settings import Settings
from corpus.sources import Source
from corpus.unit import Unit
from index.retriever import IndexVersion


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
        settings = self._settings
        return run(question, self.index, history, language, settings.max_question_length, settings.contact)

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

    def warm(self) -> None:
        """Load everything, so that the first question is answered at once."""
        self.index.warm()

    def close(self) -> None:
        self.index.close()
