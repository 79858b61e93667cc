"""An index version, opened for reading: its texts, vectors, models and stores. ``retriever.py`` searches it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from copy import copy
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from corpus.errors import QuestionError, StoreError, WegwijzerError
from corpus.places import PlaceFinder
from corpus.publication import Corpus
from corpus.vocabulary import Vocabulary
from index.chunking import MESSAGES, EntryKind
from index.classifier import load_classifier
from index.content import chunk_keywords, keyword_text, read_entries, read_publications
from index.evidence import WordCounts, load_evidence
from index.fingerprint import FORMAT
from index.guard import GUARDED, load_guard
from index.keyword import KeywordIndex
from index.letters import load_letters
from index.second_tier import SecondTier
from index.stores import STORED, check_graphs, collection
from index.versions import DataFolder, verify_files

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from index.vector_store import VectorStore

Floats = NDArray[np.float32]

_SHARED = ("embedder", "_stores", "_messages")
"""What is made once and serves every view of a version."""


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
        data.check_format()
        wanted = name or data.live()
        if wanted is None:
            raise StoreError("no-index", folder=data.path)
        self.name = wanted
        held = data.hold(wanted)
        self.manifest, self.folder, self._lock = held.manifest, held.folder, held.lock
        self._url = chroma_url
        self._without = frozenset(without)
        self._only: frozenset[str] | None = None
        self._views: dict[str, Self] = {}
        try:
            self._check(model)
            self._load()
        except (WegwijzerError, OSError):
            self._lock.close()
            raise
        if embedder is not None:
            self.__dict__["embedder"] = embedder

    def _check(self, model: str) -> None:
        if self.manifest["format"] != FORMAT:
            raise StoreError("version-format", version=self.name, found=self.manifest["format"], known=FORMAT)
        if self.manifest["model"] != model:
            raise StoreError("other-model", found=self.manifest["model"], wanted=model)
        verify_files(self.folder, self.manifest)

    def _load(self) -> None:
        self.corpus = Corpus(read_publications(self.folder))
        self.entries = read_entries(self.folder)
        self.vectors: Floats = np.load(self.folder / "vectors.npy")
        self._classifier = load_classifier(self.folder / "classifier.npz")
        self._letters = load_letters(self.folder / "letters.npz")
        self._danger, self._attack = (load_guard(self.folder / f"{name}.npz") for name in GUARDED)
        self._evidence = load_evidence(self.folder / "evidence.npz")
        self._embedded = lru_cache(maxsize=4096)(self._embed)
        self._to_messages = lru_cache(maxsize=16)(lambda message: self._messages[0] @ self._embedded(message))

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
            held = other.corpus.publications.values()
            other._only = frozenset(str(unit.locator) for each in held for unit in each.units)
            self._views[publication] = other
        return self._views[publication]

    def _view(self) -> Self:
        other = copy(self)
        other._views = {}
        for name in list(other.__dict__):
            if isinstance(getattr(type(self), name, None), cached_property) and name not in _SHARED:
                del other.__dict__[name]
        return other

    @cached_property
    def embedder(self) -> Embeddings:
        from index.embedding import load_embedder

        return load_embedder(self.manifest["model"])

    def _embed(self, question: str) -> Floats:
        return np.asarray(self.embedder.embed_query(question), dtype=np.float32)

    def rows(self, kind: EntryKind) -> list[int]:
        """Rows of ``entries`` and ``vectors`` of one kind."""
        return self._rows_of[kind]

    @cached_property
    def _rows_of(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for row, entry in enumerate(self.entries):
            # An entry without a locator belongs to no publication.
            if self._only is None or not entry.locator or entry.locator in self._only:
                found[entry.kind].append(row)
        return found

    @cached_property
    def _stores(self) -> dict[str, VectorStore]:
        from index.vector_store import VectorStore

        stores: dict[str, VectorStore] = {}
        if self._url is None:
            check_graphs(self.folder)
        for kind in STORED:
            rows = self.rows(kind)
            if not rows:
                continue
            store = VectorStore(collection(self.folder, kind), self.folder / "chroma", self._url)
            if store.count() != len(rows):
                raise StoreError("version-damaged", version=self.name, reason=f"chroma: {store.count()} ≠ {len(rows)}")
            stores[kind] = store
        return stores

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
    def _messages(self) -> tuple[Floats, NDArray[np.str_]]:
        """Vectors and kinds of everything that is what people type, whatever the publication."""
        rows = [row for row, entry in enumerate(self.entries) if entry.kind in MESSAGES]
        return self.vectors[rows], np.array([self.entries[row].kind for row in rows])

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
            self._embedded,
            self.embedder.embed_documents,
        )

    @cached_property
    def _sentence_rows(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for row in self.rows("sentence"):
            found[self.entries[row].locator].append(row)
        return found

    def close(self) -> None:
        """Give back the store's files and the lock; views of it are closed with it."""
        for store in self.__dict__.get("_stores", {}).values():
            store.close()
        self._lock.close()
