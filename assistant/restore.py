"""Restoring the data folder from a backup that ``backup.py`` made.

Everything is unpacked beside the folder, compared with the manifest, completed with its vector stores, and only then
renamed: a process that is killed leaves a folder that nobody reads, which the next restore removes.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from assistant.backup import BACKUP_FORMAT, INSIDE, MANIFEST, Copied
from corpus.errors import StoreError
from index.versions import DataFolder, checksum

_LARGEST_MANIFEST = 64_000_000


def restore(file: Path, data_folder: Path, chroma_url: str | None = None) -> Copied:
    """Make the data folder that was backed up, with its vector stores. It is there as a whole or not at all.

    Args:
        data_folder: must not exist, or be empty.
        chroma_url: a Chroma server to fill; None: the embedded store.

    Raises:
        StoreError: the folder is not empty, or the backup is damaged, of another format, or holds what it should not.
    """
    folder = data_folder.expanduser().absolute()
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise StoreError("restore-not-empty", folder=folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _only_restorer(folder) as temporary:
            copied = _unpack(file, temporary)
            data = DataFolder(temporary)
            data.check_format()
            _refill(data, chroma_url)
            _flush(temporary)
            os.rename(temporary, folder)
    except (tarfile.TarError, EOFError, zlib.error, UnicodeError) as error:
        raise StoreError("backup-unreadable", file=file, reason=error) from error
    except OSError as error:
        raise StoreError("restore-failed", file=file, folder=folder, reason=error.strerror or error) from error
    return copied


@contextmanager
def _only_restorer(folder: Path) -> Iterator[Path]:
    """An empty folder beside the one to restore, for this process only; what a killed one left is removed."""
    temporary = folder.with_name(f".{folder.name}.restoring")
    parent = os.open(folder.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(parent, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError("restore-busy", folder=folder) from error
        if temporary.exists():
            shutil.rmtree(temporary)
        temporary.mkdir(mode=0o700)
        try:
            yield temporary
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    finally:
        os.close(parent)


def _unpack(file: Path, folder: Path) -> Copied:
    """Unpack what a backup may hold, and compare it with its manifest."""
    found: dict[str, str] = {}
    manifest: dict[str, Any] = {}
    size = 0
    with tarfile.open(file, mode="r:gz") as archive:
        for entry in archive:
            content = archive.extractfile(entry) if entry.isfile() else None
            if content is None or manifest or entry.name in found:
                raise StoreError("backup-strange", file=file, name=entry.name)
            if entry.name == MANIFEST:
                manifest = _manifest(file, content, entry.size)
                continue
            path = _inside(file, entry.name, folder)
            if entry.size > shutil.disk_usage(folder).free:
                raise StoreError("restore-space", folder=folder)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as stream:
                shutil.copyfileobj(content, stream)
            found[entry.name] = checksum(path)
            size += entry.size
    _compare(file, manifest, found)
    return Copied(len(found), size)


def _manifest(file: Path, content: IO[bytes], size: int) -> dict[str, Any]:
    if size > _LARGEST_MANIFEST:
        raise StoreError("backup-strange", file=file, name=MANIFEST)
    try:
        manifest = json.loads(content.read())
    except ValueError as error:
        raise StoreError("backup-unreadable", file=file, reason=error) from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise StoreError("backup-strange", file=file, name=MANIFEST)
    if manifest.get("format") != BACKUP_FORMAT:
        raise StoreError("backup-format", file=file, found=manifest.get("format"), known=BACKUP_FORMAT)
    return manifest


def _inside(file: Path, name: str, folder: Path) -> Path:
    """Where a file of the backup goes. Raises StoreError for a name that leads elsewhere."""
    parts = PurePosixPath(name).parts
    usual = "/".join(parts) == name and "\\" not in name and "\0" not in name
    if not usual or len(parts) < 2 or parts[0] != INSIDE or ".." in parts:
        raise StoreError("backup-strange", file=file, name=name)
    return folder.joinpath(*parts[1:])


def _compare(file: Path, manifest: dict[str, Any], found: dict[str, str]) -> None:
    if not manifest:
        raise StoreError("backup-unreadable", file=file, reason=f"{MANIFEST}?")
    told = {f"{INSIDE}/{name}": value for name, value in manifest["files"].items()}
    wrong = sorted(name for name in told.keys() | found.keys() if told.get(name) != found.get(name))
    if wrong:
        raise StoreError("backup-damaged", file=file, names=", ".join(wrong[:5]))


def _refill(data: DataFolder, chroma_url: str | None) -> None:
    """Make the vector stores of every version anew from its vectors."""
    import numpy as np

    from index.content import read_entries
    from index.fingerprint import FORMAT
    from index.stores import fill_stores

    for name in data.ids():
        if data.manifest(name).get("format") != FORMAT:
            continue  # this code cannot read it, with or without a vector store
        build = data.folder(name)
        entries, vectors = read_entries(build), np.load(build / "vectors.npy")
        fill_stores(build, entries, vectors, chroma_url)


def _flush(folder: Path) -> None:
    """Have everything on disk before it gets its name."""
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
