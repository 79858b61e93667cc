"""Building an index version: in a folder of its own, verified, then named by the manifest and, if wanted, made live.

Every build writes to a folder of its own and nothing refers to it before it has been verified; then one manifest is
replaced. A killed build leaves only a folder that no manifest names; the next build removes it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreError
from corpus.publication import Publication
from corpus.vocabulary import Vocabulary
from index.chunking import Entry, EntryKind, common_entries, entries_of
from index.classifier import learn
from index.evidence import learn_evidence
from index.fingerprint import FORMAT, fingerprint
from index.guard import GUARDED, learn_guard
from index.keyword import KeywordIndex
from index.letters import learn_letters
from index.shipped import embed, key_of, shipped_guard, shipped_vectors
from index.versions import DURABLE, DataFolder, checksum, verify_files, write_json

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from index.vector_store import VectorStore

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""

STORED: tuple[EntryKind, ...] = ("chunk", "question")
"""Kinds that have a Chroma collection; sentences are compared only within found units, which numpy does at once."""


@dataclass(frozen=True)
class BuildResult:
    """What a build did: the version's id, whether it was made now, whether it is live, vectors embedded and reused."""

    version: str
    built: bool
    live: bool
    embedded: int = 0
    reused: int = 0


@dataclass(frozen=True)
class Builder:
    """Builds versions into a data folder.

    Attributes:
        model: setting that names the embedder.
        chroma_url: a Chroma server, or None for the embedded store.
        progress: told about long work; None for silence.
        common: the messages that every index holds; None: all of the package's.
    """

    data: DataFolder
    model: str
    chroma_url: str | None = None
    progress: Progress | None = None
    common: Sequence[Entry] | None = None

    def build(self, publications: Sequence[Publication], *, force: bool = False, promote: bool = False) -> BuildResult:
        """Write the version for these publications; live at once if none is live or with ``promote``.

        Args:
            force: embed everything again, even when the version exists or vectors could be reused.

        Raises:
            StoreError: the data folder cannot be used, another build runs, or the version fails its verification.
        """
        from filelock import FileLock, Timeout

        self.data.prepare()
        try:
            with FileLock(self.data.path / "build.lock", timeout=0):
                return self._build(publications, force, promote)
        except Timeout as error:
            raise StoreError("builder-busy", folder=self.data.path) from error
        except OSError as error:
            raise StoreError("data-unwritable", folder=self.data.path, reason=error.strerror or error) from error

    def _build(self, publications: Sequence[Publication], force: bool, promote: bool) -> BuildResult:
        self._tidy()
        common = common_entries() if self.common is None else self.common
        entries = [*(entry for publication in publications for entry in entries_of(publication)), *common]
        name = fingerprint(publications, entries, self.model)
        embedded = reused = 0
        built = force or not self._complete(name)
        if built:
            vectors, embedded, reused = self._vectors(entries, {} if force else self._known_vectors(publications))
            self._write(name, publications, entries, vectors)
        live = self.data.live()
        if promote or live is None or not self._known(live):
            self.data.promote(name)
        return BuildResult(name, built, self.data.live() == name, embedded, reused)

    def _complete(self, name: str) -> bool:
        if not self._known(name):
            return False
        try:
            verify_files(self.data.folder(name), self.data.manifest(name))
        except StoreError:
            return False  # damaged: it is built again, which is what the error's hint would ask for
        return True

    def _known(self, name: str) -> bool:
        return name in self.data.ids() and self.data.manifest(name).get("format") == FORMAT

    def _tidy(self) -> None:
        """Remove builds that no manifest names, with their collections on a server, and half-written files."""
        for orphan in self.data.orphans():
            if self.chroma_url:
                for kind in STORED:
                    store = self._store(orphan, kind)
                    store.drop()
                    store.close()
            shutil.rmtree(orphan)
        for folder in [self.data.path, *self.data.versions.iterdir()]:
            for half in folder.glob(".*.json-*"):
                half.unlink()
        for empty in self.data.versions.iterdir():
            if not any(empty.iterdir()):
                empty.rmdir()

    def _store(self, build: Path, kind: EntryKind) -> VectorStore:
        from index.vector_store import VectorStore

        return VectorStore(collection(build, kind), build / "chroma", self.chroma_url)

    def _known_vectors(self, publications: Sequence[Publication]) -> dict[str, NDArray[np.float32]]:
        """Shipped vectors and those of earlier versions of the same model, by key; damaged versions are passed over."""
        known = shipped_vectors(publications, self.model)
        for name in self.data.ids():
            manifest = self.data.manifest(name)
            if manifest.get("model") != self.model or manifest.get("format") != FORMAT:
                continue
            folder = self.data.folder(name)
            try:
                verify_files(folder, manifest)
            except StoreError:
                continue
            vectors = np.load(folder / "vectors.npy")
            for entry, row in zip(read_entries(folder), vectors, strict=True):
                known[key_of(entry, self.model)] = row
        return known

    def _vectors(self, entries: Sequence[Entry], known: dict[str, NDArray[np.float32]]) -> tuple[NDArray[np.float32], int, int]:
        from index.embedding import load_embedder

        keys = [key_of(entry, self.model) for entry in entries]
        wanted = {key: entry for key, entry in zip(keys, entries, strict=True) if key not in known}
        embedder = load_embedder(self.model) if wanted else None
        for done, (key, entry) in enumerate(wanted.items()):
            self._tell("embed", done, len(wanted))
            assert embedder is not None
            known[key] = embed(entry, embedder)
        self._tell("embed", len(wanted), len(wanted))
        return np.stack([known[key] for key in keys]), len(wanted), len(set(keys)) - len(wanted)

    def _write(
        self, name: str, publications: Sequence[Publication], entries: Sequence[Entry], vectors: NDArray[np.float32]
    ) -> None:
        build = self.data.versions / name / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}"
        build.mkdir(parents=True)
        (build / "corpus.json").write_bytes(_publications().dump_json(list(publications)))
        lines = (json.dumps(asdict(entry), ensure_ascii=False) for entry in entries)
        (build / "entries.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        np.save(build / "vectors.npy", vectors)
        self._tell("learn", 0, 1)
        questions = [row for row, entry in enumerate(entries) if entry.kind == "question"]
        locators = [entries[row].locator for row in questions]
        learn(vectors[questions], locators).save(build / "classifier.npz")
        learn_letters([entries[row].text for row in questions], locators).save(build / "letters.npz")
        for kind in GUARDED:
            guard = shipped_guard(kind, entries, self.model) or learn_guard(kind, entries, vectors)
            guard.save(build / f"{kind}.npz")
        learn_evidence(entries, vectors, chunk_keywords(entries)).save(build / "evidence.npz")
        self._tell("learn", 1, 1)
        self._fill_stores(build, entries, vectors)
        write_json(build.parent / "manifest.json", self._manifest(build, publications, entries, vectors))

    def _fill_stores(self, build: Path, entries: Sequence[Entry], vectors: NDArray[np.float32]) -> None:
        """Fill the vector store and compare it with an exact scan before anybody relies on it."""
        for number, kind in enumerate(STORED):
            self._tell("store", number, len(STORED))
            rows = [row for row, entry in enumerate(entries) if entry.kind == kind]
            store = self._store(build, kind)
            try:
                store.fill(rows, vectors[rows] if rows else np.zeros((0, vectors.shape[1]), dtype=np.float32))
                _check_recall(store, rows, vectors, build.parent.name)
            finally:
                store.close()
        self._tell("store", len(STORED), len(STORED))

    def _manifest(
        self, build: Path, publications: Sequence[Publication], entries: Sequence[Entry], vectors: NDArray[np.float32]
    ) -> dict[str, object]:
        return {
            "version": build.parent.name,
            "build": build.name,
            "format": FORMAT,
            "model": self.model,
            "dimension": int(vectors.shape[1]),
            "publications": [{"id": p.id, "units": len(p.units), "bank": len(p.bank)} for p in publications],
            "entries": {kind: sum(entry.kind == kind for entry in entries) for kind in get_args(EntryKind)},
            "files": {file: checksum(build / file) for file in DURABLE},
            "chroma": self.chroma_url or "embedded",
            "code": _code_version(),
            "built": datetime.now(UTC).isoformat(timespec="seconds"),
        }

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self.progress:
            self.progress(stage, done, total)


def collection(build: Path, kind: EntryKind) -> str:
    """Name of a build's collection: of its own, for a server holds those of all versions and builds."""
    return f"{build.parent.name}-{build.name}-{kind}"


def keyword_text(entry: Entry) -> str:
    """What keyword search looks at."""
    return f"{entry.context} {entry.text}"


def chunk_keywords(entries: Sequence[Entry]) -> KeywordIndex:
    """Keyword search over the chunks alone, in their order: what a corpus without a bank has."""
    texts = [keyword_text(entry) for entry in entries if entry.kind == "chunk"]
    return KeywordIndex(texts, Vocabulary(texts))


def read_entries(folder: Path) -> list[Entry]:
    """The entries of a build's folder, row by row as in ``vectors.npy``."""
    return [Entry(**json.loads(line)) for line in (folder / "entries.jsonl").read_text(encoding="utf-8").splitlines()]


def read_publications(folder: Path) -> list[Publication]:
    """The publications of a build's folder, as they were when it was built."""
    return _publications().validate_json((folder / "corpus.json").read_bytes())


def _publications() -> TypeAdapter[list[Publication]]:
    from pydantic import TypeAdapter

    return TypeAdapter(list[Publication])


def _check_recall(store: VectorStore, rows: Sequence[int], vectors: NDArray[np.float32], name: str) -> None:
    """Raise StoreError unless the store has every row and finds the same ten as an exact scan for twenty of them."""
    if store.count() != len(rows):
        raise StoreError("version-damaged", version=name, reason=f"{store.count()} ≠ {len(rows)}")
    for row in rows[:: max(1, len(rows) // 20)]:
        limit = min(10, len(rows))
        exact = np.sort(vectors[rows] @ vectors[row])[::-1][:limit]
        found = [similarity for _, similarity in store.search(vectors[row].tolist(), limit)]
        if len(found) < limit or abs(found[-1] - exact[-1]) > 1e-3:
            raise StoreError("version-damaged", version=name, reason="recall")


def _code_version() -> str:
    try:
        return version("wegwijzer")
    except PackageNotFoundError:
        return "unknown"
