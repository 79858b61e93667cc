"""An index version, opened for reading, whole or limited to one publication. ``retriever.py`` searches it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from corpus.errors import QuestionError
from corpus.places import PlaceFinder
from corpus.publication import Corpus
from corpus.vocabulary import Vocabulary
from index.chunking import Entry, EntryKind
from index.content import chunk_keywords, keyword_text
from index.evidence import WordCounts
from index.keyword import KeywordIndex
from index.learned import Learned
from index.loaded import Floats, LoadedVersion
from index.second_tier import SecondTier
from index.stores import STORED, part_name
from index.versions import DataFolder

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from index.vector_store import VectorStore


class OpenedVersion:
    """An index version, opened for reading.

    Args:
        data: the data folder.
        model: the embedder that is set; it must be the one the version was built with.
        name: the version's id; None for the live one.
        without: ingredients (``index/fusion.py``) that are switched off.
        embedder: one that is loaded already, of the same model; None: it is loaded when it is needed.

    Raises:
        StoreError: no index yet, an unknown version, a damaged file, another model or format.
    """

    def __init__(
        self,
        data: DataFolder,
        model: str,
        chroma_url: str | None = None,
        name: str | None = None,
        without: Collection[str] = (),
        embedder: Embeddings | None = None,
    ) -> None:
        self._loaded = LoadedVersion(data, model, chroma_url, name, embedder)
        self._without = frozenset(without)
        self.corpus = Corpus(self._loaded.publications)
        self._views: dict[str, Self] = {}

    @property
    def name(self) -> str:
        """The version's id."""
        return self._loaded.name

    @property
    def manifest(self) -> dict[str, Any]:
        """What ``manifest.json`` says."""
        return self._loaded.manifest

    @property
    def folder(self) -> Path:
        """Of its build."""
        return self._loaded.folder

    @property
    def entries(self) -> list[Entry]:
        """Everything with a vector, of all publications."""
        return self._loaded.entries

    @property
    def vectors(self) -> Floats:
        """(entries, dimension), rows of length one."""
        return self._loaded.vectors

    @property
    def embedder(self) -> Embeddings:
        """Made the vectors; loaded when it is first needed."""
        return self._loaded.embedder

    def switched_off(self, names: Collection[str]) -> Self:
        """The same version with further ingredients switched off; texts, vectors, stores and embedded questions are shared."""
        other = self._view()
        other._without = self._without | frozenset(names)
        return other

    def limited(self, publication: str) -> Self:
        """The same version as if it held one publication only: no other's words are found, no other's places are named.

        Raises:
            QuestionError: the version holds no such publication; it names those that it holds.
        """
        known = {each.id: each for each in self.corpus.guidance}
        if publication not in known:
            raise QuestionError("publication-unknown", publication=publication, known=", ".join(known))
        if len(known) == 1:
            return self
        if publication not in self._views:
            other = self._view()
            texts = [text for source in known[publication].sources for text in self.corpus.texts_of(known[publication], source)]
            other.corpus = Corpus([known[publication], *texts])
            self._views[publication] = other
        return self._views[publication]

    def _view(self) -> Self:
        other = copy(self)
        other._views = {}
        for name in list(other.__dict__):
            if isinstance(getattr(type(self), name, None), cached_property):
                del other.__dict__[name]
        return other

    def rows(self, kind: EntryKind) -> list[int]:
        """Rows of ``entries`` and ``vectors`` of one kind."""
        return self._rows_of[kind]

    @cached_property
    def _rows_of(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for row, entry in enumerate(self.entries):
            if not entry.publication or entry.publication in self.corpus.publications:
                found[entry.kind].append(row)
        return found

    @property
    def _only(self) -> str:
        """The one publication that is searched."""
        (publication,) = self.corpus.guidance
        return publication.id

    @property
    def _learned(self) -> Learned:
        return self._loaded.learned[self._only]

    def _store(self, kind: EntryKind) -> VectorStore | None:
        return self._loaded.stores.get(part_name(kind, self._only))

    @cached_property
    def _keyword_rows(self) -> list[int]:
        return [*self.rows("chunk"), *([] if "question" in self._without else self.rows("question"))]

    @cached_property
    def _keyword_texts(self) -> Counter[str]:
        """How many texts of each locator keyword search looks at."""
        return Counter(self.entries[row].locator for row in self._keyword_rows)

    @cached_property
    def _keywords(self) -> KeywordIndex:
        texts = [keyword_text(self.entries[row]) for row in self._keyword_rows]
        return KeywordIndex(texts, None if "compounds" in self._without else self._vocabulary)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        chunks, questions = ((self.entries[row].text for row in self._rows_of[kind]) for kind in STORED)
        return Vocabulary(chunks, () if "question" in self._without else questions)

    @cached_property
    def _counts(self) -> WordCounts:
        return WordCounts([self.entries[row].text for row in self._keyword_rows])

    @cached_property
    def _chunk_keywords(self) -> KeywordIndex:
        return chunk_keywords([self.entries[row] for row in self.rows("chunk")])

    @cached_property
    def _locators(self) -> list[str]:
        return [str(unit.locator) for unit in self.corpus.units]

    @cached_property
    def _finders(self) -> list[PlaceFinder]:
        return [PlaceFinder(publication) for publication in self.corpus.guidance]

    @cached_property
    def second_tier(self) -> SecondTier:
        """The texts of cited sources; empty where none is loaded."""
        entries, vectors = self.entries, self.vectors
        rows, chunks = self.rows("source"), self.rows("chunk")
        return SecondTier(
            [entries[row] for row in rows],
            vectors[rows],
            [entries[row] for row in chunks],
            vectors[chunks],
            self._loaded.embedded,
            self.embedder.embed_documents,
        )

    @cached_property
    def _sentence_rows(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for row in self.rows("sentence"):
            found[self.entries[row].locator].append(row)
        return found

    def close(self) -> None:
        """Give back the stores' files and the lock; of the version and of every view of it."""
        self._loaded.close()
