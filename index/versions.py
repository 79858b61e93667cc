"""Index versions on disk, and the pointer that says which one is live.

<data>/format.json                 {"format": 1}
<data>/live.json                   {"version": "…", "previous": "…"}, replaced atomically
<data>/history.jsonl               every change of it, with its reason
<data>/embedding.sqlite            what a build that is going on, or was killed, has embedded
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
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from corpus.errors import StoreError
from index.atomic import read_json, write_json
from index.history import Switch, read_pointer, record

DATA_FORMAT = 1
DURABLE = (
    "corpus.json",
    "entries.jsonl",
    "vectors.npy",
    "disclosure.npz",
    "attack.npz",
)
"""Files of a version that are its truth; with what is learned of each publication, their checksums stand in the manifest."""
MANIFEST = frozenset({"version", "format", "model", "publications", "entries", "files", "built"})
"""What a manifest of any format says."""
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
    def sources(self) -> Path:
        """Cited sources that were fetched, a folder each (``corpus/collect.py``)."""
        return self.path / "sources"

    @property
    def feedback(self) -> Path:
        """Opinions on answers, an SQLite file."""
        return self.path / "feedback.sqlite"

    @property
    def gaps(self) -> Path:
        """Questions that were not answered, an SQLite file; only where an installation keeps them."""
        return self.path / "gaps.sqlite"

    @property
    def pointer(self) -> Path:
        """The file that says which version is live."""
        return self.path / "live.json"

    @property
    def history(self) -> Path:
        """Every change of the live version (``index/history.py``)."""
        return self.path / "history.jsonl"

    @property
    def partial(self) -> Path:
        """What an unfinished build has embedded (``index/partial.py``)."""
        return self.path / "embedding.sqlite"

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
        """Raise StoreError for a data folder of a format that this code does not know, or that does not say which."""
        file = self.path / "format.json"
        try:
            found = read_json(file).get("format") if file.exists() else DATA_FORMAT
        except (OSError, ValueError) as error:
            raise StoreError("format-damaged", file=file, reason=error, known=DATA_FORMAT) from error
        if found != DATA_FORMAT:
            raise StoreError("data-format", folder=self.path, found=found, known=DATA_FORMAT)

    @contextmanager
    def building(self) -> Iterator[None]:
        """Keep out everybody else who makes or removes versions.

        Raises:
            StoreError: somebody is at it.
        """
        from filelock import FileLock, Timeout

        try:
            with FileLock(self.path / "build.lock", timeout=0):
                yield
        except Timeout as error:
            raise StoreError("builder-busy", folder=self.path) from error

    def live(self) -> str | None:
        """Id of the live version; None before the first build. Raises StoreError when the pointer is damaged."""
        return read_pointer(self.pointer)[0]

    def previous(self) -> str | None:
        """Id of the version that was live before; None when there was none. Raises StoreError when the pointer is damaged."""
        return read_pointer(self.pointer)[1]

    def promote(self, version: str, reason: str | None = None, misses: tuple[str, ...] = ()) -> None:
        """Make a version live by one atomic replacement; the one before it is remembered. Nothing happens when it is live.

        Args:
            reason, misses: why although what is worse; kept in the history.

        Raises:
            StoreError: there is no such version, or it cannot be used.
        """
        self._check(version)
        with self._switching():
            before = self.live()
            if before != version:
                self._switch(Switch("promote", before, version, reason, misses))

    def rollback(self) -> str:
        """Make the version live that was live before, and remember the present one, so that a second rollback undoes the first.

        Returns:
            The version that is live now.

        Raises:
            StoreError: there was none before, or it cannot be used.
        """
        with self._switching():
            before, version = self.live(), self.previous()
            if version is None or version not in self.ids():
                raise StoreError("no-previous", folder=self.path)
            self._check(version)
            self._switch(Switch("rollback", before, version))
            return version

    def _check(self, version: str) -> None:
        from index.fingerprint import FORMAT

        manifest = self.manifest(version)
        if manifest.get("format") != FORMAT:
            raise StoreError("version-format", version=version, found=manifest.get("format"), known=FORMAT)
        verify_files(self.folder(version), manifest)

    @contextmanager
    def _switching(self) -> Iterator[None]:
        """One change of the live version at a time; it takes milliseconds, so one waits for it."""
        from filelock import FileLock

        try:
            with FileLock(self.path / "live.lock"):
                yield
        except OSError as error:
            raise StoreError("data-unwritable", folder=self.path, reason=error.strerror or error) from error

    def _switch(self, switch: Switch) -> None:
        # The history first: a switch that is not in it would be worse than a line about one that was broken off.
        record(self.history, switch)
        write_json(self.pointer, {"version": switch.after, "previous": switch.before})

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
        return sorted(build for build in builds if not is_read(build))

    def manifest(self, version: str) -> dict[str, Any]:
        """A version's manifest.

        Raises:
            StoreError: there is no such version, or its manifest is damaged.
        """
        file = self.versions / version / "manifest.json"
        if not file.is_file():
            raise StoreError("version-unknown", version=version, folder=self.path)
        try:
            found = read_json(file)
        except (OSError, ValueError) as error:
            raise StoreError("version-damaged", version=version, reason=f"{file.name}: {error}") from error
        if missing := MANIFEST - found.keys():
            raise StoreError("version-damaged", version=version, reason=f"{file.name}: {', '.join(sorted(missing))}")
        return found


def verify_files(folder: Path, manifest: dict[str, Any]) -> None:
    """Compare a version's durable files with their checksums.

    Raises:
        StoreError: a file is missing or differs; it names the file.
    """
    for name, wanted in (dict.fromkeys(DURABLE) | manifest["files"]).items():
        try:
            found = checksum(folder / name)
        except OSError as error:
            raise StoreError("version-damaged", version=folder.parent.name, reason=f"{name}: {error.strerror}") from error
        if found != wanted:
            raise StoreError("version-damaged", version=folder.parent.name, reason=f"{name} ≠ manifest.json")


def is_read(build: Path) -> bool:
    """Whether somebody reads a build, in whatever process."""
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
