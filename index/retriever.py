"""Hybrid search over an index version: chunks, bank questions and BM25 over both, fused into a ranking of units."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from corpus.unit import Unit
from index.chunking import Entry, EntryKind
from index.evidence import Seen
from index.fusion import WEIGHTS, fuse
from index.guard import GuardModel, most_like
from index.loaded import Floats
from index.opened import OpenedVersion
from index.several import Hit, Search, merged

Nearest = list[tuple[int, float]]
"""Rows with their cosine similarity, nearest first."""

_NEAREST = {"chunk": 400, "question": 60}
"""How many are looked up: of chunks all that matter for the best one of every unit, of questions those that something reads."""
_SHOWN = 30
_TEXTS = 4
"""Texts of a unit whose BM25 counts."""


class IndexVersion(OpenedVersion):
    """An index version that is searched; see ``OpenedVersion`` for how it is opened."""

    def warm(self) -> None:
        """Load what the first question needs, so that it does not wait for it."""
        self.search("warm")

    def search(self, question: str) -> Search:
        """Rank all units for a standalone question, publication by publication."""
        if "spelling" not in self._without:
            question = self._vocabulary.corrected(question)
        vector = self._loaded.embedded(question)
        return merged([self.limited(each.id)._searched(question, vector) for each in self.corpus.guidance])

    def _searched(self, question: str, vector: Floats) -> Search:
        """What the only publication of a view has to say."""
        chunks = self._nearest("chunk", vector)
        questions = [] if "question" in self._without else self._nearest("question", vector)
        gaps = self._similar("gap", vector)
        parts = [
            (WEIGHTS[name], scores) for name, scores in self._parts(question, vector, chunks).items() if name not in self._without
        ]
        hits = tuple(Hit(locator, score) for locator, score in fuse(parts, self._locators).items())
        seen = self._seen(question, vector, chunks, questions, gaps)
        signals = self._learned.evidence.judge(seen, plain="question" in self._without)
        return Search(hits, vector, self._shown(questions), self._shown(gaps), seen, signals)

    def _parts(self, question: str, vector: Floats, chunks: Nearest) -> dict[str, dict[str, float]]:
        """Scores by locator of every part that is fused."""
        return {
            "chunk": self._best(chunks),
            "sentence": self._best(self._similar("sentence", vector)),
            "keyword": self._by_keyword(question),
            "classifier": {} if "question" in self._without else self._learned.classifier.scores(vector),
            "letters": {} if "question" in self._without else self._learned.letters.scores(question),
        }

    def _best(self, nearest: Nearest) -> dict[str, float]:
        """The highest similarity of each locator."""
        best: dict[str, float] = {}
        for row, similarity in nearest:
            best.setdefault(self.entries[row].locator, similarity)
        return best

    def _by_keyword(self, question: str) -> dict[str, float]:
        """BM25 of each locator: the mean of its best texts, those that share no word with the question among them."""
        scores = self._keywords.scores(question)
        found: dict[str, list[float]] = defaultdict(list)
        for place in np.flatnonzero(scores):
            found[self.entries[self._keyword_rows[place]].locator].append(float(scores[place]))
        return {
            locator: sum(sorted(found[locator], reverse=True)[:_TEXTS]) / min(_TEXTS, count) if locator in found else 0.0
            for locator, count in self._keyword_texts.items()
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
        order = np.argsort(-similarities, kind="stable")
        return list(zip(np.array(rows, dtype=int)[order].tolist(), similarities[order].tolist(), strict=True))

    def _shown(self, nearest: Nearest) -> tuple[tuple[Entry, float], ...]:
        return tuple((self.entries[row], similarity) for row, similarity in nearest[:_SHOWN])

    def danger(self, message: str) -> float:
        """Log-odds that a message discloses danger to somebody (``index/guard.py``)."""
        return self._guarded(message, "disclosure", self._loaded.danger)

    def attack(self, message: str) -> float:
        """Log-odds that a message orders to break the rules (``index/guard.py``)."""
        return self._guarded(message, "attack", self._loaded.attack)

    def _guarded(self, message: str, kind: EntryKind, model: GuardModel) -> float:
        similarities, own = self._loaded.to_messages(message), self._loaded.messages[1] == kind
        # What lies near a question of the bank is a question, however strong its words.
        return model.judge(message, self._loaded.embedded(message), similarities[own], similarities[~own])

    def who(self, message: str) -> str:
        """Who seems to write a message of danger, as the nearest disclosures do."""
        nearest = self._similar("disclosure", self._loaded.embedded(message))
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

    def sentence_similarities(self, locator: str, vector: Floats) -> dict[int, float]:
        """Cosine similarity of a unit's sentences to a question's vector, by the sentence's start."""
        rows = self._sentence_rows.get(locator, [])
        return dict(zip((self.entries[row].start for row in rows), (self.vectors[rows] @ vector).tolist(), strict=True))

    def _nearest(self, kind: EntryKind, vector: Floats) -> Nearest:
        store = self._store(kind)
        return store.search(vector.tolist(), min(_NEAREST[kind], len(self.rows(kind)))) if store else []


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
