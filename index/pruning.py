"""Removing versions that nobody needs any more: never the live one, the one before it, or one that is read."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.errors import StoreError
from index.stores import remove_build
from index.versions import DataFolder, is_read

KEPT = 3


@dataclass(frozen=True)
class Pruned:
    """Versions that were removed, and those that are old enough but are being read."""

    removed: tuple[str, ...]
    in_use: tuple[str, ...]


def prune(data: DataFolder, keep: int = KEPT) -> Pruned:
    """Remove all versions but the live one, the one before it and the ``keep`` newest, with their collections on a server.

    Raises:
        StoreError: the data folder cannot be used, an index is being built, or a Chroma server does not answer.
    """
    data.prepare()
    kept = {data.live(), data.previous()}
    try:
        with data.building():
            newest = sorted(data.ids(), key=lambda version: str(data.manifest(version).get("built", "")), reverse=True)
            old = [version for version in newest[keep:] if version not in kept]
            in_use = [version for version in old if is_read(data.folder(version))]
            removed = [version for version in old if version not in in_use]
            for version in removed:
                _remove(data, version)
    except OSError as error:
        raise StoreError("data-unwritable", folder=data.path, reason=error.strerror or error) from error
    return Pruned(tuple(removed), tuple(in_use))


def _remove(data: DataFolder, version: str) -> None:
    """Remove a version: its manifest first, so that nobody begins to read what is going."""
    folder, store = data.folder(version), str(data.manifest(version).get("chroma", "embedded"))
    (data.versions / version / "manifest.json").unlink()
    remove_build(folder, None if store == "embedded" else store)
    if not any((data.versions / version).iterdir()):
        (data.versions / version).rmdir()
