"""Building an index version: in a folder of its own, verified, then named by the manifest and, if wanted, made live.

Every build writes to a folder of its own and nothing refers to it before it has been verified; then one manifest is
replaced. A killed build leaves only a folder that no manifest names; the next build removes it. What it had embedded is kept
(``index/partial.py``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreError
from corpus.publication import Publication, in_force
from index.atomic import write_json
from index.chunking import Entry, common_entries, entries_of
from index.content import read_entries, write_content
from index.fingerprint import FORMAT, fingerprint
from index.guard import GUARDED, learn_guard
from index.learned import learn_publication
from index.manifest import manifest_of
from index.mending import mend
from index.partial import PartialVectors
from index.shipped import embed, key_of, shipped_guard, shipped_vectors
from index.stores import check_stores, fill_stores, remove_build
from index.versions import DataFolder, verify_files

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total)."""

Vectors = NDArray[np.float32]


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

        An edition that another of the publications replaces is left out.

        Args:
            force: embed everything again, even when the version exists or vectors could be reused.

        Raises:
            StoreError: the data folder cannot be used, another build runs, or the version fails its verification.
            CorpusError: editions replace each other in a circle.
        """
        chosen = in_force(publications)
        self.data.prepare()
        try:
            with self.data.building():
                return self._build(chosen, force, promote)
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
            if force:
                self.data.partial.unlink(missing_ok=True)
            vectors, embedded, reused = self._vectors(entries, {} if force else self._known_vectors(publications))
            self._write(name, publications, entries, vectors)
        self.data.partial.unlink(missing_ok=True)
        live = self.data.live()
        if promote or live is None or not self._known(live):
            self.data.promote(name)
        return BuildResult(name, built, self.data.live() == name, embedded, reused)

    def _complete(self, name: str) -> bool:
        if not self._known(name):
            return False
        try:
            folder, manifest = self.data.folder(name), self.data.manifest(name)
            verify_files(folder, manifest)
            check_stores(folder, manifest["collections"], self.chroma_url)
        except StoreError:
            return False  # damaged: it is built again, which is what the error's hint would ask for
        return True

    def _known(self, name: str) -> bool:
        return name in self.data.ids() and self.data.manifest(name).get("format") == FORMAT

    def _tidy(self) -> None:
        """Mend what tells about versions; remove half-written files, and builds that no manifest names with their collections."""
        mend(self.data)
        for orphan in self.data.orphans():
            remove_build(orphan, self.chroma_url)
        for folder in [self.data.path, *self.data.versions.iterdir()]:
            for half in folder.glob(".*.json-*"):
                half.unlink()
        for empty in self.data.versions.iterdir():
            if not any(empty.iterdir()):
                empty.rmdir()

    def _known_vectors(self, publications: Sequence[Publication]) -> dict[str, Vectors]:
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

    def _vectors(self, entries: Sequence[Entry], known: dict[str, Vectors]) -> tuple[Vectors, int, int]:
        """A row per entry, the number of vectors embedded now, and of those that were there already."""
        from index.embedding import load_embedder

        keys = [key_of(entry, self.model) for entry in entries]
        with PartialVectors.open(self.data.partial) as partial:
            known |= partial.all()
            wanted = {key: entry for key, entry in zip(keys, entries, strict=True) if key not in known}
            embedder = load_embedder(self.model) if wanted else None
            for done, (key, entry) in enumerate(wanted.items()):
                self._tell("embed", done, len(wanted))
                assert embedder is not None
                known[key] = embed(entry, embedder)
                partial.add(key, known[key])
        self._tell("embed", len(wanted), len(wanted))
        return np.stack([known[key] for key in keys]), len(wanted), len(set(keys)) - len(wanted)

    def _write(self, name: str, publications: Sequence[Publication], entries: Sequence[Entry], vectors: Vectors) -> None:
        build = self.data.versions / name / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}"
        build.mkdir(parents=True)
        write_content(build, publications, entries)
        np.save(build / "vectors.npy", vectors)
        self._tell("learn", 0, 1)
        self._learn(build, publications, entries, vectors)
        self._tell("learn", 1, 1)
        fill_stores(build, entries, vectors, self.chroma_url, lambda done, total: self._tell("store", done, total))
        manifest = manifest_of(build, publications, entries, self.model, int(vectors.shape[1]), self.chroma_url)
        write_json(build.parent / "manifest.json", manifest)

    def _learn(self, build: Path, publications: Sequence[Publication], entries: Sequence[Entry], vectors: Vectors) -> None:
        for publication in publications:
            if publication.is_guidance:
                learn_publication(publication.id, entries, vectors).save(build, publication.id)
        for kind in GUARDED:
            guard = shipped_guard(kind, entries, self.model) or learn_guard(kind, entries, vectors)
            guard.save(build / f"{kind}.npz")

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self.progress:
            self.progress(stage, done, total)
