"""Hybrid search over an index version: chunks, bank questions and BM25 over both, fused into a ranking of units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray

from corpus.errors import StoreError
from corpus.places import PlaceFinder
from corpus.publication import Corpus
from corpus.unit import Unit
from corpus.vocabulary import Vocabulary
from index.build import chunk_keywords, collection, keyword_text, read_entries, read_publications
from index.chunking import MESSAGES, Entry, EntryKind
from index.classifier import load_classifier
from index.evidence import Seen, Signals, WordCounts, load_evidence
from index.fingerprint import FORMAT
from index.fusion import fuse
from index.guard import GUARDED, GuardModel, load_guard, most_like
from index.keyword import KeywordIndex
from index.letters import load_letters
from index.versions import DataFolder, verify_files

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from index.vector_store import VectorStore

Floats = NDArray[np.float32]
Nearest = list[tuple[int, float]]
"""Rows with their cosine similarity, nearest first."""

WEIGHTS = {"chunk": 0.2, "sentence": 0.4, "keyword": 0.5, "classifier": 1.1, "letters": 0.5}
"""Of the parts that are fused, learned on held-out questions of the bank so that the softmax of the fused scores is about
the chance that a unit is the right one. A part without entries counts for nothing. docs/evaluation.md tells more."""
INGREDIENTS = (*WEIGHTS, "question", "compounds", "spelling")
"""What can be switched off, to measure what it adds."""
_NEAREST = {"chunk": 400, "question": 60}
"""How many are looked up: of chunks all that matter for the best one of every unit, of questions those that something reads."""
_SHOWN = 30


@dataclass(frozen=True)
class Hit:
    """A unit that was found: its locator and fused score."""

    locator: str
    score: float


@dataclass(frozen=True)
class Search:
    """What one search found.

    Attributes:
        hits: all units, best first.
        vector: the question's, for those who look closer.
        questions: the nearest bank questions with their cosine similarity, best first.
        gaps: the nearest known gaps, the same way.
        signals: what tells whether the corpus answers (``index/evidence.py``).
    """

    hits: tuple[Hit, ...]
    vector: Floats
    questions: tuple[tuple[Entry, float], ...]
    gaps: tuple[tuple[Entry, float], ...]
    signals: Signals


class IndexVersion:
    """An index version, opened for reading.

    Args:
        data: the data folder.
        model: the embedder that is set; it must be the one the version was built with.
        name: the version's id; None for the live one.
        without: ingredients (``INGREDIENTS``) that are switched off.

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
    ) -> None:
        data.check_format()
        wanted = name or data.live()
        if wanted is None:
            raise StoreError("no-index", folder=data.path)
        self.name = wanted
        held = data.hold(wanted)
        self.manifest, self.folder, self._lock = held.manifest, held.folder, held.lock
        if self.manifest["format"] != FORMAT:
            raise StoreError("version-format", version=wanted, found=self.manifest["format"], known=FORMAT)
        if self.manifest["model"] != model:
            raise StoreError("other-model", found=self.manifest["model"], wanted=model)
        verify_files(self.folder, self.manifest)
        self._url = chroma_url
        self._without = frozenset(without)
        self.corpus = Corpus(read_publications(self.folder))
        self.entries = read_entries(self.folder)
        self.vectors: Floats = np.load(self.folder / "vectors.npy")
        self._classifier = load_classifier(self.folder / "classifier.npz")
        self._letters = load_letters(self.folder / "letters.npz")
        self._danger, self._attack = (load_guard(self.folder / f"{name}.npz") for name in GUARDED)
        self._evidence = load_evidence(self.folder / "evidence.npz")
        self._embedded = lru_cache(maxsize=4096)(self._embed)
        self._to_messages = lru_cache(maxsize=16)(lambda message: self._messages[0] @ self._embedded(message))

    def switched_off(self, names: Collection[str]) -> IndexVersion:
        """The same version with further ingredients switched off; texts, vectors, stores and embedded questions are shared."""
        other = copy(self)
        for made in ("_keyword_rows", "_keywords", "_vocabulary", "_counts"):
            other.__dict__.pop(made, None)
        other._without = self._without | frozenset(names)
        return other

    @cached_property
    def embedder(self) -> Embeddings:
        from index.embedding import load_embedder

        return load_embedder(self.manifest["model"])

    def rows(self, kind: EntryKind) -> list[int]:
        """Rows of ``entries`` and ``vectors`` of one kind."""
        return self._rows_of[kind]

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
    def _keyword_rows(self) -> list[int]:
        return [*self.rows("chunk"), *([] if "question" in self._without else self.rows("question"))]

    @cached_property
    def _keywords(self) -> KeywordIndex:
        texts = [keyword_text(self.entries[row]) for row in self._keyword_rows]
        return KeywordIndex(texts, None if "compounds" in self._without else self._vocabulary)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        chunks, questions = ((self.entries[row].text for row in self._rows_of[kind]) for kind in ("chunk", "question"))
        return Vocabulary(chunks, () if "question" in self._without else questions)

    @cached_property
    def _counts(self) -> WordCounts:
        return WordCounts([self.entries[row].text for row in self._keyword_rows])

    @cached_property
    def _chunk_keywords(self) -> KeywordIndex:
        return chunk_keywords(self.entries)

    @cached_property
    def _locators(self) -> list[str]:
        return [str(unit.locator) for unit in self.corpus.units]

    def warm(self) -> None:
        """Load what the first question needs, so that it does not wait for it."""
        self.search("warm")

    def search(self, question: str) -> Search:
        """Rank all units for a standalone question."""
        if "spelling" not in self._without:
            question = self._vocabulary.corrected(question)
        vector = self._embedded(question)
        chunks = self._nearest("chunk", vector)
        questions = [] if "question" in self._without else self._nearest("question", vector)
        gaps = self._similar("gap", vector)
        parts = [
            (WEIGHTS[name], scores) for name, scores in self._parts(question, vector, chunks).items() if name not in self._without
        ]
        hits = tuple(Hit(locator, score) for locator, score in fuse(parts, self._locators).items())
        signals = self._evidence.judge(self._seen(question, vector, chunks, questions, gaps), plain="question" in self._without)
        return Search(hits, vector, self._shown(questions), self._shown(gaps), signals)

    def _parts(self, question: str, vector: Floats, chunks: Nearest) -> dict[str, dict[str, float]]:
        """Scores by locator of every part that is fused."""
        by_chunk = _grouped((self.entries[row].locator, similarity) for row, similarity in chunks)
        by_sentence = _grouped((self.entries[row].locator, similarity) for row, similarity in self._similar("sentence", vector))
        locators = (self.entries[row].locator for row in self._keyword_rows)
        by_keyword = _grouped(zip(locators, self._keywords.scores(question).tolist(), strict=True))
        return {
            "chunk": {locator: values[0] for locator, values in by_chunk.items()},
            "sentence": {locator: values[0] for locator, values in by_sentence.items()},
            "keyword": {locator: float(np.mean(values[:4])) for locator, values in by_keyword.items()},
            "classifier": {} if "question" in self._without else self._classifier.scores(vector),
            "letters": {} if "question" in self._without else self._letters.scores(question),
        }

    def _seen(self, question: str, vector: Floats, chunks: Nearest, questions: Nearest, gaps: Nearest) -> Seen:
        return Seen(
            question,
            vector,
            _values(chunks),
            _values(questions),
            _values(gaps),
            _values(self._similar("off_topic", vector)),
            float(self._chunk_keywords.scores(question).max(initial=0.0)),
            len(self._chunk_keywords.tokens(question)),
            *self._counts.foreign(question),
        )

    def _similar(self, kind: EntryKind, vector: Floats) -> Nearest:
        """All rows of a kind that has no store, nearest first."""
        rows = self._rows_of[kind]
        similarities = self.vectors[rows] @ vector
        return [(rows[i], float(similarities[i])) for i in np.argsort(-similarities, kind="stable")]

    @cached_property
    def _rows_of(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for row, entry in enumerate(self.entries):
            found[entry.kind].append(row)
        return found

    def _shown(self, nearest: Nearest) -> tuple[tuple[Entry, float], ...]:
        return tuple((self.entries[row], similarity) for row, similarity in nearest[:_SHOWN])

    def _embed(self, question: str) -> Floats:
        return np.asarray(self.embedder.embed_query(question), dtype=np.float32)

    def danger(self, message: str) -> float:
        """Log-odds that a message discloses danger to somebody (``index/guard.py``)."""
        return self._guarded(message, "disclosure", self._danger)

    def attack(self, message: str) -> float:
        """Log-odds that a message orders to break the rules (``index/guard.py``)."""
        return self._guarded(message, "attack", self._attack)

    def _guarded(self, message: str, kind: EntryKind, model: GuardModel) -> float:
        similarities, own = self._to_messages(message), self._messages[1] == kind
        # What lies near a question of the bank is a question, however strong its words.
        return model.judge(message, self._embedded(message), similarities[own], similarities[~own])

    @cached_property
    def _messages(self) -> tuple[Floats, NDArray[np.str_]]:
        """Vectors and kinds of everything that is what people type."""
        rows = [row for row, entry in enumerate(self.entries) if entry.kind in MESSAGES]
        return self.vectors[rows], np.array([self.entries[row].kind for row in rows])

    def who(self, message: str) -> str:
        """Who seems to write a message of danger, as the nearest disclosures do."""
        nearest = self._similar("disclosure", self._embedded(message))
        return most_like([self.entries[row] for row, _ in nearest], [similarity for _, similarity in nearest])

    def places(self, text: str) -> list[Unit]:
        """The units that a text names, publication by publication."""
        return [unit for finder in self._finders for unit in finder.find(text)]

    def boxes(self, text: str, unit: Unit) -> list[Unit]:
        """The boxes of a unit that a text names."""
        return [box for finder in self._finders if finder.publication.id == unit.publication for box in finder.boxes(text, unit)]

    def ordinal(self, text: str, items: list[str]) -> int | None:
        """The position that a text points at (-1: the last); None when it points at none."""
        return next((found for finder in self._finders if (found := finder.ordinal(text, items)) is not None), None)

    def place_words(self) -> frozenset[str]:
        """Every word by which places are named."""
        return frozenset().union(*(finder.words for finder in self._finders))

    def titled(self, line: str) -> list[Unit]:
        """Units whose title a line of a list is, as in an overview; empty when none has it."""
        wanted = _letters(line)
        return [unit for unit in self.corpus.units if wanted and _letters(unit.title).endswith(wanted)]

    @cached_property
    def _finders(self) -> list[PlaceFinder]:
        return [PlaceFinder(publication) for publication in self.corpus.publications.values()]

    def sentence_similarities(self, locator: str, vector: Floats) -> dict[int, float]:
        """Cosine similarity of a unit's sentences to a question's vector, by the sentence's start."""
        rows = self._sentence_rows.get(locator, [])
        return dict(zip((self.entries[row].start for row in rows), (self.vectors[rows] @ vector).tolist(), strict=True))

    @cached_property
    def _sentence_rows(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for row in self.rows("sentence"):
            found[self.entries[row].locator].append(row)
        return found

    def _nearest(self, kind: EntryKind, vector: Floats) -> Nearest:
        store = self._stores.get(kind)
        return store.search(vector.tolist(), min(_NEAREST[kind], len(self.rows(kind)))) if store else []

    def close(self) -> None:
        """Give back the store's files and the lock; copies made by ``switched_off`` are closed with it."""
        for store in self.__dict__.get("_stores", {}).values():
            store.close()
        self._lock.close()


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


def _values(nearest: Nearest) -> Floats:
    return np.array([similarity for _, similarity in nearest], dtype=np.float32)


def _letters(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalpha())


def _grouped(pairs: Any) -> dict[str, list[float]]:
    """Values by locator, highest first."""
    found: dict[str, list[float]] = defaultdict(list)
    for locator, value in pairs:
        found[locator].append(value)
    return {locator: sorted(values, reverse=True) for locator, values in found.items()}
