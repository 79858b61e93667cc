"""Chroma through langchain-chroma: embedded by default, a Chroma server by one setting. The only file that knows chromadb.

The store is a disposable cache: the truth is ``entries.jsonl`` and ``vectors.npy`` of an index version.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreError

if TYPE_CHECKING:
    from langchain_chroma import Chroma

# Measured on 5,000 vectors: recall@10 of 1.00 with these, 0.81 with the defaults.
_HNSW = {"space": "cosine", "ef_search": 400, "ef_construction": 200, "max_neighbors": 32}
_ROWS_PER_CALL = 2000
_PATIENCE = 30.0
"""Seconds that a Chroma server may take for one call: 2,000 rows take it less than one."""


class VectorStore:
    """One collection of vectors with a position each: ``positions[i]`` is the row of ``vectors.npy`` behind hit i.

    Args:
        name: the collection's name.
        folder: where the embedded store lives; unused when ``url`` is given.
        url: address of a Chroma server, such as ``http://127.0.0.1:8000``; None for the embedded store.

    Raises:
        StoreError: the server does not answer, or the folder holds no readable store.
    """

    def __init__(self, name: str, folder: Path, url: str | None = None) -> None:
        self.name = name
        self._folder = folder
        self._url = url
        self._client = _client(folder, url)

    def fill(self, positions: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Make the collection anew from rows; a half-filled one of an earlier try is dropped.

        Raises:
            StoreError: the folder cannot be written, as on a full disk, or the server is gone.
        """
        with _told(self._unwritten):
            self._drop()
            collection = self._client.create_collection(self.name, configuration={"hnsw": _HNSW}, embedding_function=None)
            for begin in range(0, len(positions), _ROWS_PER_CALL):
                part = slice(begin, begin + _ROWS_PER_CALL)
                collection.add(
                    ids=[str(position) for position in positions[part]],
                    embeddings=vectors[part],
                    documents=[str(position) for position in positions[part]],
                )

    def count(self) -> int:
        """Vectors in the collection.

        Raises:
            StoreError: there is no such collection, or it cannot be read.
        """
        with _told(self._failed):
            return int(self._collection().count())

    def search(self, vector: Sequence[float], limit: int) -> list[tuple[int, float]]:
        """The nearest rows as (position, cosine similarity), best first, at most ``limit``.

        Raises:
            StoreError: the store is damaged or the server is gone.
        """
        with _told(self._failed):
            hits = self._langchain().similarity_search_by_vector_with_relevance_scores(list(vector), k=limit)
        return [(int(document.page_content), 1.0 - float(distance)) for document, distance in hits]

    def _drop(self) -> None:
        if self.name in {collection.name for collection in self._client.list_collections()}:
            self._client.delete_collection(self.name)

    def close(self) -> None:
        """Give back files and connections; the store cannot be used afterwards."""
        self._client.close()

    def _collection(self) -> Any:
        return self._client.get_collection(self.name, embedding_function=None)

    def _langchain(self) -> Chroma:
        from langchain_chroma import Chroma

        if not hasattr(self, "_store"):
            self._collection()  # langchain-chroma would silently create a missing one
            self._store = Chroma(self.name, client=self._client, create_collection_if_not_exists=False)
        return self._store

    def _failed(self, error: Exception) -> StoreError:
        from chromadb.errors import NotFoundError

        if self._url and not isinstance(error, NotFoundError):
            return StoreError("store-unreachable", url=self._url, reason=error)
        if _is_full(error):
            return self._unwritten(error)
        return StoreError("version-damaged", version=self.name.partition("-")[0], reason=error)

    def _unwritten(self, error: Exception) -> StoreError:
        if self._url:
            return StoreError("store-unreachable", url=self._url, reason=error)
        return StoreError("data-unwritable", folder=self._folder, reason=error)


def drop_collections(prefix: str, url: str) -> None:
    """Remove every collection of a server whose name begins so.

    Raises:
        StoreError: the server does not answer, or fails.
    """
    client = _client(Path(), url)
    try:
        with _told(lambda error: StoreError("store-unreachable", url=url, reason=error)):
            for collection in client.list_collections():
                if collection.name.startswith(prefix):
                    client.delete_collection(collection.name)
    finally:
        client.close()


@contextmanager
def _told(by: Callable[[Exception], StoreError]) -> Iterator[None]:
    """Raise what goes wrong in Chroma, or on the way to its server, as an error of ours."""
    from chromadb.errors import ChromaError
    from httpx import HTTPError

    try:
        yield
    except (ChromaError, HTTPError, OSError, ValueError) as error:
        raise by(error) from error


def _is_full(error: Exception) -> bool:
    """Whether the disk has no room: SQLite, and so Chroma, may find that out while reading as well."""
    return any(sign in str(error).lower() for sign in ("disk is full", "no space left"))


def _client(folder: Path, url: str | None) -> Any:
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if url:
        with _told(lambda error: StoreError("store-unreachable", url=url, reason=error)):
            return _server(url, settings)
    there = folder.is_dir()

    def unusable(error: Exception) -> StoreError:
        if there and not _is_full(error):
            return StoreError("version-damaged", version=folder.parent.parent.name, reason=error)
        return StoreError("data-unwritable", folder=folder, reason=error)

    with _told(unusable):
        folder.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(path=str(folder), settings=settings)


def _server(url: str, settings: Any) -> Any:
    from urllib.parse import urlsplit

    import chromadb
    import httpx

    # Chroma's client waits without end, already when it is made, for a server that has stopped answering.
    httpx.get(f"{url.rstrip('/')}/api/v2/heartbeat", timeout=_PATIENCE)
    address = urlsplit(url)
    secure = address.scheme == "https"
    port = address.port or (443 if secure else 80)
    client = chromadb.HttpClient(host=address.hostname or "", port=port, ssl=secure, settings=settings)
    client._server._session.timeout = _PATIENCE  # it has no setting
    return client
