"""Backup of the data folder; ``restore.py`` is the way back.

    backup.tar.gz:  data/<every file that counts>,  and last  backup.json  {"format", "made", "code", "files": {name: sha256}}

Vector stores are left out: they are made again from the vectors. So are the secret that signs sessions, locks, and
half-written files. A database is copied as one moment of it, also while it is being written to.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

from corpus.errors import StoreError
from index.versions import DataFolder

BACKUP_FORMAT = 1
MANIFEST = "backup.json"
INSIDE = "data"
SESSION_SECRET = "session.key"
"""In the data folder: it signs who is logged in, and a copy of it would let its reader in as anybody."""
_SQLITE = b"SQLite format 3\0"
_SQLITE_SIDES = ("-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Copied:
    """What was backed up or restored: files, and their bytes together."""

    files: int
    size: int


def backup(data_folder: Path, target: Path) -> Copied:
    """Write the data folder to a ``.tar.gz``, which replaces an older one of that name only when it is complete.

    Raises:
        StoreError: there is no data folder, it holds a link, an index is being built, or the target cannot be written.
    """
    data = DataFolder(data_folder.expanduser().absolute())
    target = target.expanduser().absolute()
    if not (data.path / "format.json").is_file():
        raise StoreError("backup-nothing", folder=data.path)
    data.check_format()
    if target.resolve().is_relative_to(data.path.resolve()):
        raise StoreError("backup-inside", file=target, folder=data.path)
    partial = target.with_name(f".{target.name}.partial")
    try:
        with data.building(), _only_writer(partial) as stream:
            copied = _write(data, stream)
            stream.flush()
            os.fsync(stream.fileno())
            os.replace(partial, target)
    except (OSError, tarfile.TarError, sqlite3.Error) as error:
        raise StoreError("backup-failed", file=target, reason=getattr(error, "strerror", None) or error) from error
    return copied


@contextmanager
def _only_writer(partial: Path) -> Iterator[IO[bytes]]:
    """The half-written backup, for this process only; what a killed one left is written over."""
    handle = os.open(partial, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "wb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError("backup-busy", file=partial) from error
        # Another process may have finished, and renamed this very file, since it was opened.
        if not partial.exists() or partial.stat().st_ino != os.fstat(handle).st_ino:
            raise StoreError("backup-busy", file=partial)
        stream.truncate(0)
        try:
            yield stream
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def _write(data: DataFolder, stream: IO[bytes]) -> Copied:
    sums: dict[str, str] = {}
    size = 0
    with tarfile.open(fileobj=stream, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        for path in _files(data):
            name = path.relative_to(data.path).as_posix()
            content, length, changed = _open(path)
            with content:
                reader = _Summing(content)
                archive.addfile(_entry(f"{INSIDE}/{name}", length, changed), reader)
            sums[name] = reader.sum.hexdigest()
            size += length
        made = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = {"format": BACKUP_FORMAT, "made": made, "code": _code_version(), "files": sums}
        told = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        archive.addfile(_entry(MANIFEST, len(told), datetime.now(UTC).timestamp()), io.BytesIO(told))
    return Copied(len(sums), size)


def _files(data: DataFolder) -> Iterator[Path]:
    """The files that count, in order of their names."""
    builds = {data.folder(name) for name in data.ids()}
    for folder, names, files in os.walk(data.path, onerror=_complain):
        here = Path(folder)
        for name in [*names, *files]:
            if (here / name).is_symlink():
                raise StoreError("backup-link", file=here / name)
        names[:] = sorted(name for name in names if _counts_folder(here / name, data, builds))
        yield from (here / name for name in sorted(files) if _counts_file(name))


def _complain(error: OSError) -> None:
    raise error


def _counts_folder(folder: Path, data: DataFolder, builds: set[Path]) -> bool:
    if folder.name.startswith(".") or folder.name == "__pycache__":
        return False
    depth = folder.relative_to(data.path).parts
    if depth[0] != "versions" or len(depth) < 3:
        return True
    # Of a version only the build that its manifest names, without the vector store in it.
    build = data.versions / depth[1] / depth[2]
    return build in builds and depth[3:4] != ("chroma",)


def _counts_file(name: str) -> bool:
    return not (name.startswith(".") or name == SESSION_SECRET or name.endswith((".lock", ".tmp", *_SQLITE_SIDES)))


def _open(path: Path) -> tuple[IO[bytes], int, float]:
    """A file to read, its length, and the time of its last change. A database is read as one moment of it."""
    stream = path.open("rb")
    state = os.fstat(stream.fileno())
    if stream.peek(len(_SQLITE))[: len(_SQLITE)] != _SQLITE:
        return stream, state.st_size, state.st_mtime
    stream.close()
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as source, closing(sqlite3.connect(":memory:")) as moment:
        source.backup(moment)
        content = moment.serialize()
    return io.BytesIO(content), len(content), state.st_mtime


def _entry(name: str, size: int, changed: float) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = size, int(changed), 0o600
    return entry


class _Summing(io.RawIOBase):
    """Reads a stream and sums what goes through."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.sum = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self._stream.read(size)
        self.sum.update(part)
        return part


def _code_version() -> str:
    try:
        return version("wegwijzer")
    except PackageNotFoundError:
        return "unknown"
