"""What an index version holds, read once: its texts, vectors, models and stores. ``opened.py`` looks at it, whole or in part."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreError, WegwijzerError
from index.chunking import MESSAGES
from index.content import read_entries, read_publications
from index.fingerprint import FORMAT
from index.guard import GUARDED, load_guard
from index.learned import load_learned
from index.stores import check_graphs, collections_of, open_store
from index.versions import DataFolder, verify_files

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from index.vector_store import VectorStore

Floats = NDArray[np.float32]


class LoadedVersion:
    """An index version in memory; its folder is locked until ``close``.

    Args:
        model: the embedder that is set; it must be the one the version was built with.
        name: the version's id; None for the live one.
        embedder: one that is loaded already, of the same model; None: it is loaded when it is needed.

    Raises:
        StoreError: no index yet, an unknown version, a damaged file, another model or format.
    """

    def __init__(
        self, data: DataFolder, model: str, chroma_url: str | None, name: str | None, embedder: Embeddings | None
    ) -> None:
        data.check_format()
        wanted = name or data.live()
        if wanted is None:
            raise StoreError("no-index", folder=data.path)
        self.name = wanted
        held = data.hold(wanted)
        self.manifest, self.folder, self.lock = held.manifest, held.folder, held.lock
        self._url = chroma_url
        try:
            self._check(model)
            self._read()
        except (WegwijzerError, OSError):
            self.lock.close()
            raise
        if embedder is not None:
            self.__dict__["embedder"] = embedder
        self.embedded = lru_cache(maxsize=4096)(self._embed)
        self.to_messages = lru_cache(maxsize=16)(lambda message: self.messages[0] @ self.embedded(message))

    def _check(self, model: str) -> None:
        if self.manifest["format"] != FORMAT:
            raise StoreError("version-format", version=self.name, found=self.manifest["format"], known=FORMAT)
        if self.manifest["model"] != model:
            raise StoreError("other-model", found=self.manifest["model"], wanted=model)
        verify_files(self.folder, self.manifest)

    def _read(self) -> None:
        self.publications = read_publications(self.folder)
        self.entries = read_entries(self.folder)
        self.vectors: Floats = np.load(self.folder / "vectors.npy")
        self.learned = {each.id: load_learned(self.folder, each.id) for each in self.publications if each.is_guidance}
        self.danger, self.attack = (load_guard(self.folder / f"{name}.npz") for name in GUARDED)

    @cached_property
    def embedder(self) -> Embeddings:
        from index.embedding import load_embedder

        return load_embedder(self.manifest["model"])

    def _embed(self, question: str) -> Floats:
        return np.asarray(self.embedder.embed_query(question), dtype=np.float32)

    @cached_property
    def stores(self) -> dict[str, VectorStore]:
        """The vector stores by the name of their part (``index/stores.py``).

        Raises:
            StoreError: one is damaged, lacks vectors, or its server does not answer.
        """
        if self._url is None:
            check_graphs(self.folder)
        found = {}
        for part, rows in collections_of(self.entries).items():
            found[part] = open_store(self.folder, part, self._url)
            if (count := found[part].count()) != len(rows):
                raise StoreError("version-damaged", version=self.name, reason=f"chroma: {count} ≠ {len(rows)}")
        return found

    @cached_property
    def messages(self) -> tuple[Floats, NDArray[np.str_]]:
        """Vectors and kinds of everything that is what people type, whatever the publication."""
        rows = [row for row, entry in enumerate(self.entries) if entry.kind in MESSAGES]
        return self.vectors[rows], np.array([self.entries[row].kind for row in rows])

    def close(self) -> None:
        """Give back the stores' files and the lock."""
        for store in self.__dict__.get("stores", {}).values():
            store.close()
        self.lock.close()
