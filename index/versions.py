"""Index versions on disk, and the pointer that says which one is live.

<data>/format.json                 {"format": 1}
<data>/live.json                   {"version": "…", "previous": "…"}, replaced atomically
<data>/versions/<id>/manifest.json  which build holds the version; checksums, model, counts; replaced atomically
<data>/versions/<id>/<build>/corpus.json    publications: data, units, sources, bank
<data>/versions/<id>/<build>/entries.jsonl  what has a vector: chunks, sentences, bank questions; row i is row i of vectors.npy
<data>/versions/<id>/<build>/chroma/        the vector store, made from the two above

A build never writes where another one has written, and a reader locks the build it reads: it goes on undisturbed while the
version is built again. A killed build leaves a folder that no manifest names and nobody locks; the next build removes it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from corpus.errors import StoreError

DATA_FORMAT = 1
DURABLE = (
    "corpus.json",
    "entries.jsonl",
    "vectors.npy",
    "classifier.npz",
    "letters.npz",
    "evidence.npz",
    "disclosure.npz",
    "attack.npz",
)
"""Files of a version that are its truth; their checksums stand in the manifest."""
_LOCKED = DURABLE[0]
"""The file of a build that its readers lock. The kernel gives the lock back when a reader ends, however it ends."""


@dataclass(frozen=True)
class Held:
    """A version that is being read: its manifest, the folder of its build, and the open file that locks it."""

    manifest: dict[str, Any]
    folder: Path
    lock: IO[bytes]


@dataclass(frozen=True)
class DataFolder:
    """The one folder that holds everything built."""

    path: Path

    @property
    def versions(self) -> Path:
        return self.path / "versions"

    @property
    def publications(self) -> Path:
        """Publications that were added to this installation."""
        return self.path / "publications"

    @property
    def feedback(self) -> Path:
        """Opinions on answers, an SQLite file."""
        return self.path / "feedback.sqlite"

    def prepare(self) -> None:
        """Create the folder or check that it can be used.

        Raises:
            StoreError: it is of another format, or cannot be written.
        """
        self.check_format()
        try:
            self.versions.mkdir(parents=True, exist_ok=True)
            if not (self.path / "format.json").exists():
                write_json(self.path / "format.json", {"format": DATA_FORMAT})
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            raise StoreError("data-unwritable", folder=self.path, reason=error.strerror or error) from error

    def check_format(self) -> None:
        """Raise StoreError for a data folder of a format that this code does not know."""
        file = self.path / "format.json"
        found = _read_json(file).get("format") if file.exists() else DATA_FORMAT
        if found != DATA_FORMAT:
            raise StoreError("data-format", folder=self.path, found=found, known=DATA_FORMAT)

    def live(self) -> str | None:
        """Id of the live version; None before the first build."""
        file = self.path / "live.json"
        return str(_read_json(file)["version"]) if file.exists() else None

    def promote(self, version: str) -> None:
        """Make a version live by one atomic replacement; the one before it is remembered."""
        previous = self.live()
        write_json(self.path / "live.json", {"version": version, "previous": previous if previous != version else None})

    def ids(self) -> list[str]:
        """Ids of the complete versions."""
        if not self.versions.is_dir():
            return []
        return sorted(entry.name for entry in self.versions.iterdir() if (entry / "manifest.json").is_file())

    def folder(self, version: str) -> Path:
        """The folder of the build that holds a version.

        Raises:
            StoreError: there is no such version.
        """
        return self.versions / version / str(self.manifest(version).get("build", ""))

    def hold(self, version: str) -> Held:
        """Keep the build that holds a version from being removed, until its lock is closed.

        Raises:
            StoreError: there is no such version, or its build is gone.
        """
        while True:
            manifest, build = self.manifest(version), self.folder(version)
            try:
                lock = (build / _LOCKED).open("rb")
            except OSError as error:
                if build != self.folder(version):  # built again since the manifest was read
                    continue
                raise StoreError("version-damaged", version=version, reason=f"{_LOCKED}: {error.strerror}") from error
            fcntl.flock(lock, fcntl.LOCK_SH)
            if build == self.folder(version):
                return Held(manifest, build, lock)
            lock.close()

    def orphans(self) -> list[Path]:
        """Builds that no manifest names and nobody reads: what killed ones left, and those that were replaced."""
        if not self.versions.is_dir():
            return []
        named = {self.folder(version) for version in self.ids()}
        builds = (build for build in self.versions.glob("*/*") if build.is_dir() and not named & {build, build.parent})
        return sorted(build for build in builds if not _is_read(build))

    def manifest(self, version: str) -> dict[str, Any]:
        """A version's manifest.

        Raises:
            StoreError: there is no such version.
        """
        file = self.versions / version / "manifest.json"
        if not file.is_file():
            raise StoreError("version-unknown", version=version, folder=self.path)
        return _read_json(file)


def verify_files(folder: Path, manifest: dict[str, Any]) -> None:
    """Compare a version's durable files with their checksums.

    Raises:
        StoreError: a file is missing or differs; it names the file.
    """
    for name in DURABLE:
        try:
            found = checksum(folder / name)
        except OSError as error:
            raise StoreError("version-damaged", version=folder.parent.name, reason=f"{name}: {error.strerror}") from error
        if found != manifest.get("files", {}).get(name):
            raise StoreError("version-damaged", version=folder.parent.name, reason=f"{name} ≠ manifest.json")


def _is_read(build: Path) -> bool:
    try:
        with (build / _LOCKED).open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def checksum(file: Path) -> str:
    """SHA-256 of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_json(file: Path, value: object) -> None:
    """Write a file whole or not at all: to a neighbour first, flushed to disk, then moved over the old one."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(value, stream, ensure_ascii=False, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(name, file)


def _read_json(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError("version-damaged", version=file.parent.name, reason=f"{file.name}: {error}") from error
    if not isinstance(value, dict):
        raise StoreError("version-damaged", version=file.parent.name, reason=f"{file.name}: ?")
    return value
