"""Vectors that a publication brings along for the bundled model, so that a first build need not embed every text.

``vectors.npz`` in a publication's folder, and one beside the off-topic questions, holds ``keys`` (what each vector
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
from index.chunking import Entry, common_entries, entries_of
from index.embedding import BUNDLED, load_embedder
from index.fingerprint import text_key

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

_FILE = "vectors.npz"


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
    for each in installed:
        print(each.id, write_shipped(entries_of(each), root / "publications" / each.id, before))
