"""The vector stores of a build: filled from its vectors and compared with an exact scan, or removed with its folder."""

from __future__ import annotations

import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreError
from index.atomic import read_json, write_json
from index.chunking import Entry, EntryKind
from index.versions import checksum

if TYPE_CHECKING:
    from index.vector_store import VectorStore

STORED: tuple[EntryKind, ...] = ("chunk", "question")
"""Kinds that have Chroma collections, one for each publication; sentences are compared with numpy."""

_MISSED = 0.1
"""Share of probes that may miss one of their ten nearest: the graph is approximate and made by several threads. Measured on
4,066 questions, 14 builds: 7 of 14,238 probes. A broken store misses nearly all."""


_DATABASE = "chroma/chroma.sqlite3"
_SEAL = "seal.json"
"""In the folder of an embedded store: checksums of its graphs. Of a damaged one Chroma finds less, or the process dies of it."""
_PERSISTED = "index_metadata.pickle"
"""Stands in the folder of a graph that Chroma wrote out. A small one is made anew from the database at each opening, which
changes when it is opened as well, and of which Chroma notices damage itself."""


def collections_of(entries: Sequence[Entry]) -> dict[str, list[int]]:
    """The rows of each collection, by what follows a build in its name: ``chunk-crm-2021``. None is empty."""
    found: dict[str, list[int]] = defaultdict(list)
    for row, entry in enumerate(entries):
        if entry.kind in STORED:
            found[part_name(entry.kind, entry.publication)].append(row)
    return dict(found)


def part_name(kind: EntryKind, publication: str) -> str:
    """Names the entries of one kind and publication."""
    return f"{kind}-{publication}"


def open_store(build: Path, part: str, url: str | None) -> VectorStore:
    """The collection of a part of a build. Its name is of its own, for a server holds those of all versions and builds."""
    from index.vector_store import VectorStore

    return VectorStore(f"{_prefix(build)}{part}", build / "chroma", url)


def _prefix(build: Path) -> str:
    return f"{build.parent.name}-{build.name}-"


def fill_stores(
    build: Path,
    entries: Sequence[Entry],
    vectors: NDArray[np.float32],
    url: str | None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Fill the collections and compare each with an exact scan before anybody relies on it.

    Args:
        progress: called with (collections filled, of how many).

    Raises:
        StoreError: a row is missing or another one is found.
    """
    parts = collections_of(entries)
    for done, (part, rows) in enumerate(parts.items()):
        progress(done, len(parts))
        with closing(open_store(build, part, url)) as store:
            store.fill(rows, vectors[rows])
            _check_recall(store, rows, vectors, build.parent.name)
    progress(len(parts), len(parts))
    if url is None:
        folder = build / "chroma"
        graphs = [file for written in folder.glob(f"*/{_PERSISTED}") for file in sorted(written.parent.iterdir())]
        write_json(folder / _SEAL, {str(file.relative_to(folder)): checksum(file) for file in graphs})


def check_graphs(build: Path) -> None:
    """Compare the graphs of an embedded store with their checksums, before Chroma opens them.

    Raises:
        StoreError: a file is missing or differs; it names the file.
    """
    folder = build / "chroma"
    if not (folder / _SEAL).exists():
        return  # built before there were seals
    try:
        sealed = read_json(folder / _SEAL)
        graphs = {name: checksum(folder / name) for name in sealed}
    except (OSError, ValueError) as error:
        raise StoreError("version-damaged", version=build.parent.name, reason=f"chroma: {error}") from error
    for name, found in graphs.items():
        if found != sealed[name]:
            raise StoreError("version-damaged", version=build.parent.name, reason=f"chroma/{name} ≠ {_SEAL}")


def check_stores(build: Path, counts: Mapping[str, int], url: str | None) -> None:
    """Look whether a build's stores are whole. Of embedded ones, without Chroma, which takes a second to load.

    Args:
        counts: vectors that each collection should have, as the manifest says.

    Raises:
        StoreError: a store is missing, damaged or lacks vectors, or the server does not answer.
    """
    if url is None:
        check_graphs(build)
        _check_database(build, len(counts))
        return
    for part, count in counts.items():
        with closing(open_store(build, part, url)) as store:
            _check_count(store, count, build.parent.name)


def _check_database(build: Path, collections: int) -> None:
    try:
        with closing(sqlite3.connect(f"{(build / _DATABASE).as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("PRAGMA quick_check").fetchone()[0]
            made = connection.execute("SELECT count(*) FROM collections").fetchone()[0]
    except sqlite3.Error as error:
        raise StoreError("version-damaged", version=build.parent.name, reason=f"{_DATABASE}: {error}") from error
    if found != "ok" or made != collections:
        raise StoreError("version-damaged", version=build.parent.name, reason=f"{_DATABASE}: {found}, {made}")


def remove_build(build: Path, url: str | None) -> None:
    """Remove a build's folder and its collections on the server ``url``; None: they are in the folder."""
    if url:
        from index.vector_store import drop_collections

        drop_collections(_prefix(build), url)
    shutil.rmtree(build)


def _check_recall(store: VectorStore, rows: Sequence[int], vectors: NDArray[np.float32], name: str) -> None:
    """Raise StoreError unless the store has every row and finds the same ten as an exact scan for nearly all of twenty."""
    _check_count(store, len(rows), name)
    probes, limit = rows[:: max(1, len(rows) // 20)], min(10, len(rows))
    missed = 0
    for row in probes:
        exact = np.sort(vectors[rows] @ vectors[row])[::-1][:limit]
        found = [similarity for _, similarity in store.search(vectors[row].tolist(), limit)]
        missed += len(found) < limit or abs(found[-1] - exact[-1]) > 1e-3
    if missed > _MISSED * len(probes):
        raise StoreError("version-damaged", version=name, reason=f"recall: {missed}/{len(probes)}")


def _check_count(store: VectorStore, wanted: int, name: str) -> None:
    if (found := store.count()) != wanted:
        raise StoreError("version-damaged", version=name, reason=f"chroma: {found} ≠ {wanted}")
