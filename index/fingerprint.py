"""The fingerprint: what an index version was built from. Same content, same id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict

from corpus.publication import Publication
from index.chunking import CHUNK_LIMIT, Entry

FORMAT = 4
"""Layout of an index version; raise it when a file of the version changes its meaning."""
LEARNING = 8
"""How classifier and evidence model are learned; raise it when that changes, for the same texts then give another version."""


def fingerprint(publications: Iterable[Publication], entries: Iterable[Entry], model: str) -> str:
    """The version's id: 16 hex digits of a SHA-256 over texts, data, model and settings."""
    digest = hashlib.sha256()
    _add(digest, {"format": FORMAT, "model": model, "chunk": CHUNK_LIMIT, "learning": LEARNING})
    for publication in publications:
        _add(digest, publication.data)
        _add(digest, [asdict(unit) for unit in publication.units])
        _add(digest, [asdict(source) for source in publication.sources])
    _add(digest, [asdict(entry) for entry in entries])
    return digest.hexdigest()[:16]


def text_key(text: str, model: str) -> str:
    """Names a vector by what it was made from, so that only changed texts are embedded again."""
    return hashlib.sha256(f"{model}\0{text}".encode()).hexdigest()


def _add(digest: hashlib._Hash, value: object) -> None:
    digest.update(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str).encode())
