"""The assistant as its front ends see it: opened once, asked many times."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy

from assistant.answer import Answer
from assistant.guards.clean import neutralise
from assistant.guards.danger import help_lines, is_disclosure
from assistant.guards.personal import find_personal, mask
from assistant.guards.public import public_names
from assistant.models import model_name
from assistant.pipeline import run
from assistant.settings import Settings
from assistant.switching import Following, Pinned, Served
from assistant.turn import Follower, House, Turn, Writer
from corpus.errors import WegwijzerError
from corpus.locator import Locator
from corpus.publication import Corpus, Publication
from corpus.sources import Source
from corpus.unit import Unit
from index.earlier import earlier_publication
from index.retriever import IndexVersion


class Assistant:
    """Answers from one index version, or from the live one whichever that is.

    Args:
        settings: where the data folder is, which embedder and store.
        version: an index version's id; None for the live one.
        follow: whether to move on when another version is made live (``assistant/switching.py``); for what runs long.

    Raises:
        StoreError: there is no usable index.
        ModelError: a model is set that cannot be opened.
    """

    def __init__(self, settings: Settings, version: str | None = None, *, follow: bool = False) -> None:
        self._settings = settings
        self._earlier: dict[str, Publication] = {}
        first = self._opened(version)
        self._serving = Following(settings.data, first, self._next) if follow else Pinned(first)

    @property
    def model(self) -> str | None:
        """Name of the model that writes the answers; None where none is set."""
        return model_name(self._settings.model) if self._settings.model else None

    @property
    def index(self) -> IndexVersion:
        """The version that answers now. What is searched in it belongs inside ``reading``, which keeps it open."""
        return self._serving.current.index

    @contextmanager
    def reading(self) -> Iterator[IndexVersion]:
        """The version that answers now, kept open for as long as one looks into it."""
        with self._serving.turn() as served:
            yield served.index

    def ask(
        self,
        question: str,
        history: Sequence[Mapping[str, str]] = (),
        language: str | None = None,
        follower: Follower | None = None,
        publication: str | None = None,
    ) -> Answer:
        """Answer a question.

        Args:
            language: of replies and labels; None: that of the question.
            follower: who watches the answer being written; None: nobody.
            publication: id of the one to answer from; None: all.

        Raises:
            QuestionError: empty, too long, or limited to a publication that the version does not hold.
        """
        with self._serving.turn() as served:
            index = served.index.limited(publication) if publication else served.index
            return run(question, index, history, language, served.house, follower)

    def _opened(self, version: str | None, before: Served | None = None) -> Served:
        s = self._settings
        embedder = before.index.embedder if before and before.index.manifest["model"] == s.embedding_model else None
        index = IndexVersion(s.data, s.embedding_model, s.chroma_url, version, s.without, embedder)
        return Served(index, self._house_of(index))

    def _next(self, version: str, before: Served) -> Served:
        """Another version, warm."""
        served = self._opened(version, before)
        try:
            served.index.warm()
        except (WegwijzerError, OSError):
            served.close()
            raise
        return served

    def _house_of(self, index: IndexVersion) -> House:
        corpus = index.corpus
        writer: Writer | None = None
        if self._settings.model:
            from assistant.llm.setup import open_writer

            writer = open_writer(self._settings, index)
        printed = [text for unit in corpus.units for text in (unit.title, unit.text)]
        for publication in corpus.guidance:
            printed += [author for source in publication.sources for author in source.authors]
        return House(self._settings.max_question_length, self._settings.contact, public_names(printed), writer)

    def switched_off(self, names: Collection[str]) -> Assistant:
        """The same assistant with ingredients of the search switched off, to measure what they add."""
        other, current = copy(self), self._serving.current
        other._serving = Pinned(Served(current.index.switched_off(names), current.house))
        return other

    def unit(self, locator: str) -> Unit:
        """The unit at a locator; also of an edition that answers no longer, as long as a version on disk holds it.

        Raises:
            LocatorError: there is no such unit, or several publications have a unit of that bare id.
        """
        corpus = self.index.corpus
        earlier = self._replaced(Locator.parse(locator).publication) if ":" in locator else None
        return (Corpus([earlier]) if earlier else corpus).find(locator)

    def publication_of(self, unit: Unit) -> Publication:
        """The publication that a unit given by ``unit`` stands in."""
        return self._replaced(unit.publication) or self.index.corpus.publication_of(unit)

    def _replaced(self, publication: str) -> Publication | None:
        """A publication that the version does not hold, of an earlier one; None for all others."""
        if publication in self.index.corpus.publications:
            return None
        if publication not in self._earlier and (found := earlier_publication(self._settings.data, publication)):
            self._earlier[publication] = found
        return self._earlier.get(publication)

    def address(self, unit: Unit) -> str:
        """What ``unit`` finds a unit by: short where that is clear."""
        return self.index.corpus.name(unit)

    def publications(self) -> dict[str, str]:
        """The publications that answer now: id -> short title."""
        return {p.id: str(p.data["short_title"]) for p in self.index.corpus.guidance}

    def label(self, locator: str, language: str) -> str:
        """The label shown for a locator."""
        unit = self.unit(locator)
        return self.publication_of(unit).label(unit, language)

    def source(self, locator: str) -> Source | None:
        """The source whose reference stands at a locator; None where none does."""
        unit = self.unit(locator)
        return self.publication_of(unit).source_of(unit.id)

    def starters(self, language: str) -> list[str]:
        """Questions to start with, from the publications."""
        return [
            question
            for publication in self.index.corpus.guidance
            for question in publication.data.get("starters", {}).get(language, [])
        ]

    def is_public(self, name: str) -> bool:
        """Whether a publication prints a name."""
        return self._serving.current.house.public(name)

    def masked(self, text: str) -> str:
        """A text without invisible characters and personal data."""
        clean = neutralise(text)
        return mask(clean, find_personal(clean, self._serving.current.house.public))

    def help_for(self, text: str, language: str) -> str | None:
        """The help lines for whoever wrote a text, as Markdown; None when it discloses no danger."""
        with self._serving.turn() as served:
            turn = Turn(text, served.index, served.house, language, standalone=text)
            return help_lines(served.index.who(text), language) if text and is_disclosure(turn) else None

    def warm(self) -> None:
        """Load everything, so that the first question is answered at once."""
        self.index.warm()

    def close(self) -> None:
        self._serving.close()
