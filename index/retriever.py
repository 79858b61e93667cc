"""Hybrid search over an index version: chunks, bank questions and BM25 over both, fused into a ranking of units."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray

from corpus.errors import StoreError
from corpus.publication import Corpus
from index.build import collection, read_entries, read_publications
from index.chunking import Entry, EntryKind
from index.fingerprint import FORMAT
from index.fusion import fuse
from index.versions import DataFolder, verify_files

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from index.keyword import KeywordIndex
    from index.vector_store import VectorStore

WEIGHTS = {"chunk": 0.7, "question": 1.0, "keyword": 0.7}
"""Measured on blind questions over this corpus (top 1 0.62, top 5 0.91); a part without entries counts for nothing."""
_NEAREST = 400


@dataclass(frozen=True)
class Hit:
    """A unit that was found: its locator, the fused score, and the best cosine similarity of its chunks and questions."""

    locator: str
    score: float
    similarity: float


@dataclass(frozen=True)
class Search:
    """What one search found: hits, best first, and the question's vector for those who look closer."""

    hits: tuple[Hit, ...]
    vector: NDArray[np.float32]
    questions: tuple[tuple[Entry, float], ...]


class IndexVersion:
    """An index version, opened for reading.

    Args:
        data: the data folder.
        model: the embedder that is set; it must be the one the version was built with.
        name: the version's id; None for the live one.

    Raises:
        StoreError: no index yet, an unknown version, a damaged file, another model or format.
    """

    def __init__(self, data: DataFolder, model: str, chroma_url: str | None = None, name: str | None = None) -> None:
        data.check_format()
        wanted = name or data.live()
        if wanted is None:
            raise StoreError("no-index", folder=data.path)
        self.name = wanted
        self.manifest = data.manifest(wanted)
        if self.manifest["format"] != FORMAT:
            raise StoreError("version-format", version=wanted, found=self.manifest["format"], known=FORMAT)
        self.folder = data.folder(wanted)
        if self.manifest["model"] != model:
            raise StoreError("other-model", found=self.manifest["model"], wanted=model)
        verify_files(self.folder, self.manifest)
        self._url = chroma_url
        self.corpus = Corpus(read_publications(self.folder))
        self.entries = read_entries(self.folder)
        self.vectors: NDArray[np.float32] = np.load(self.folder / "vectors.npy")

    @cached_property
    def embedder(self) -> Embeddings:
        from index.embedding import load_embedder

        return load_embedder(self.manifest["model"])

    def rows(self, kind: EntryKind) -> list[int]:
        """Rows of ``entries`` and ``vectors`` of one kind."""
        return [row for row, entry in enumerate(self.entries) if entry.kind == kind]

    @cached_property
    def _stores(self) -> dict[str, VectorStore]:
        from index.vector_store import VectorStore

        kinds: tuple[EntryKind, ...] = ("chunk", "question")
        stores: dict[str, VectorStore] = {}
        for kind in kinds:
            rows = self.rows(kind)
            if not rows:
                continue
            store = VectorStore(collection(self.folder, kind), self.folder / "chroma", self._url)
            if store.count() != len(rows):
                raise StoreError("version-damaged", version=self.name, reason=f"chroma: {store.count()} ≠ {len(rows)}")
            stores[kind] = store
        return stores

    @cached_property
    def _keywords(self) -> tuple[KeywordIndex, list[str]]:
        from index.keyword import KeywordIndex

        rows = [*self.rows("chunk"), *self.rows("question")]
        texts = [f"{self.entries[row].context} {self.entries[row].text}" for row in rows]
        return KeywordIndex(texts), [self.entries[row].locator for row in rows]

    @cached_property
    def _locators(self) -> list[str]:
        return [str(unit.locator) for unit in self.corpus.units]

    def warm(self) -> None:
        """Load what the first question needs, so that it does not wait for it."""
        self.search("warm")

    def search(self, question: str) -> Search:
        """Rank all units for a standalone question."""
        vector = np.asarray(self.embedder.embed_query(question), dtype=np.float32)
        chunks = self._nearest("chunk", vector)
        questions = self._nearest("question", vector)
        by_chunk = _grouped((self.entries[row].locator, similarity) for row, similarity in chunks)
        by_question = _grouped((self.entries[row].locator, similarity) for row, similarity in questions)
        keywords, locators = self._keywords
        by_keyword = _grouped(zip(locators, keywords.scores(question).tolist(), strict=True))
        parts = [
            (WEIGHTS["chunk"], {locator: max(values) for locator, values in by_chunk.items()}),
            (WEIGHTS["question"], {locator: float(np.mean(values[:2])) for locator, values in by_question.items()}),
            (WEIGHTS["keyword"], {locator: max(values) for locator, values in by_keyword.items()}),
        ]
        ranking = fuse(parts, self._locators)
        best = {locator: max([*by_chunk.get(locator, []), *by_question.get(locator, [])], default=0.0) for locator in ranking}
        hits = tuple(Hit(locator, score, best[locator]) for locator, score in ranking.items())
        return Search(hits, vector, tuple((self.entries[row], similarity) for row, similarity in questions[:20]))

    def sentence_similarities(self, locator: str, vector: NDArray[np.float32]) -> dict[int, float]:
        """Cosine similarity of a unit's sentences to a question's vector, by the sentence's start."""
        rows = self._sentence_rows.get(locator, [])
        return dict(zip((self.entries[row].start for row in rows), (self.vectors[rows] @ vector).tolist(), strict=True))

    @cached_property
    def _sentence_rows(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for row in self.rows("sentence"):
            found[self.entries[row].locator].append(row)
        return found

    def _nearest(self, kind: EntryKind, vector: NDArray[np.float32]) -> list[tuple[int, float]]:
        store = self._stores.get(kind)
        return store.search(vector.tolist(), min(_NEAREST, store.count())) if store else []

    def close(self) -> None:
        """Give back the store's files."""
        for store in self.__dict__.get("_stores", {}).values():
            store.close()


class UnitRetriever(BaseRetriever):
    """LangChain retriever over an index version: documents are whole units, best first.

    Metadata: locator, unit, title, page, score.
    """

    index: Any
    k: int = 5

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        index: IndexVersion = self.index
        found = []
        for hit in index.search(query).hits[: self.k]:
            unit = index.corpus.find(hit.locator)
            metadata = {"locator": hit.locator, "unit": unit.id, "title": unit.title, "page": unit.page, "score": hit.score}
            found.append(Document(page_content=unit.text or unit.title, metadata=metadata))
        return found


def _grouped(pairs: Any) -> dict[str, list[float]]:
    """Values by locator, highest first."""
    found: dict[str, list[float]] = defaultdict(list)
    for locator, value in pairs:
        found[locator].append(value)
    return {locator: sorted(values, reverse=True) for locator, values in found.items()}
