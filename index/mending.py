"""Files that tell about versions, usable again after one of them has been damaged; every build begins with it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from corpus.errors import StoreError
from index.atomic import read_json, write_json
from index.history import Switch, read_history
from index.versions import MANIFEST, DataFolder


def mend(data: DataFolder) -> None:
    """Remove manifests that are damaged, and point to the version that was live last where the pointer is.

    Without its manifest nobody can tell what a version holds: its builds are removed as those of a killed build are, and it is
    built again when it is wanted.

    Raises:
        OSError: a file cannot be opened or written; it is not taken for a damaged one.
    """
    for manifest in data.versions.glob("*/manifest.json"):
        if not _tells(manifest, MANIFEST):
            manifest.unlink()
    if not data.pointer.exists() or _tells(data.pointer, ("version", "previous")):
        return
    last = _last(data)
    if last is not None and last.after in data.ids():
        write_json(data.pointer, {"version": last.after, "previous": last.before})
    else:
        data.pointer.unlink()


def _tells(file: Path, keys: Iterable[str]) -> bool:
    try:
        return read_json(file).keys() >= set(keys)
    except ValueError:
        return False


def _last(data: DataFolder) -> Switch | None:
    try:
        return next(reversed(read_history(data.history)), None)
    except StoreError:
        return None  # the history is damaged as well, and no build can mend it
