"""Vectors that a publication brings along for the bundled model, so that a first build need not embed every text.

``vectors.npz`` in a publication's folder, and one beside the messages that every index holds, holds ``keys`` (what each vector
was made from, see ``text_key``) and ``rows`` (half precision).
A changed text has another key, so a stale file is slow, never wrong; a test compares it with fresh
vectors. Write it anew after editing texts or the bank: ``python -m index.shipped``.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.publication import Publication, load_publications
from index.chunking import COMMON, Entry, EntryKind, common_entries, entries_of
from index.embedding import BUNDLED, load_embedder
from index.fingerprint import LEARNING, text_key
from index.guard import GUARDED, GuardModel, learn_guard, load_guard

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

_FILE = "vectors.npz"
_GUARDS = "{kind}.npz"


def embed(entry: Entry, embedder: Embeddings) -> NDArray[np.float32]:
    """An entry's vector, rounded to half precision so that shipped and fresh vectors are the same numbers.

    Questions are compared with questions, so both sides are embedded as a query.
    """
    row = embedder.embed_query(entry.text) if entry.is_question else embedder.embed_documents([entry.embedded])[0]
    return np.asarray(row, dtype=np.float16).astype(np.float32)


def key_of(entry: Entry, model: str) -> str:
    """Names an entry's vector; a question's differs from that of a passage with the same words."""
    return text_key(f"{entry.is_question}\0{entry.embedded}", model)


def shipped_vectors(publications: Sequence[Publication], model: str) -> dict[str, NDArray[np.float32]]:
    """All vectors that the package brings along, by key; empty for another model than the bundled one."""
    found: dict[str, NDArray[np.float32]] = {}
    if model != BUNDLED:
        return found
    for folder in [files("corpus"), *(files("corpus") / "publications" / publication.id for publication in publications)]:
        resource = folder / _FILE
        if not resource.is_file():
            continue
        with as_file(resource) as path, np.load(path) as stored:
            rows = stored["rows"].astype(np.float32)
            found |= {str(key): row for key, row in zip(stored["keys"].tolist(), rows, strict=True)}
    return found


def guards_key(entries: Sequence[Entry], model: str) -> str:
    """Names the guards by what they are learned from."""
    learned_from = [f"{entry.kind} {entry.text}" for entry in entries if entry.kind in COMMON]
    return text_key("\0".join([str(LEARNING), *learned_from]), model)


def shipped_guard(kind: EntryKind, entries: Sequence[Entry], model: str) -> GuardModel | None:
    """The guard that the package brings along; None when it was learned from something else than these entries."""
    resource = files("corpus") / _GUARDS.format(kind=kind)
    if not resource.is_file():
        return None
    with as_file(resource) as path:
        with np.load(path) as stored:
            fits = str(stored["key"]) == guards_key(entries, model)
        return load_guard(path) if fits else None


def write_guards(entries: Sequence[Entry], folder: Path, known: dict[str, NDArray[np.float32]]) -> None:
    """Learn the guards and write them beside the messages that they are learned from."""
    vectors = np.stack([known[key_of(entry, BUNDLED)] for entry in entries])
    for kind in GUARDED:
        learn_guard(kind, entries, vectors).save(folder / _GUARDS.format(kind=kind), key=guards_key(entries, BUNDLED))


def write_shipped(entries: Sequence[Entry], folder: Path, known: dict[str, NDArray[np.float32]]) -> int:
    """Write ``vectors.npz`` for entries; gives the number of vectors. What is known already is not embedded again."""
    embedder = load_embedder(BUNDLED)
    wanted = {key_of(entry, BUNDLED): entry for entry in entries}
    rows = {key: known[key] if key in known else embed(entry, embedder) for key, entry in wanted.items()}
    np.savez(folder / _FILE, keys=np.array(list(rows)), rows=np.stack(list(rows.values())).astype(np.float16))
    return len(rows)


if __name__ == "__main__":
    root = Path(str(files("corpus")))
    installed = load_publications()
    before = shipped_vectors(installed, BUNDLED)
    print("common", write_shipped(common_entries(), root, before))
    write_guards(common_entries(), root, shipped_vectors([], BUNDLED))
    for each in installed:
        print(each.id, write_shipped(entries_of(each), root / "publications" / each.id, before))
