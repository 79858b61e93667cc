"""From a reading to a draft: nothing lost on the way, ids that stay, files that read back; written whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.draft import About, Draft, draft_of, write_draft
from corpus.drafting.guidance import guidance_of
from corpus.drafting.report import Origin
from corpus.drafting.sections import sections_of, slug
from corpus.errors import CorpusError, ReadingError, StoreError
from corpus.locator import is_id
from corpus.markdown import read_markdown
from corpus.places import PlaceFinder
from corpus.publication import Publication, read_publication
from corpus.readers.reading import LeftOut, Mark, PageNote, Passage, Reading, Reason

ORIGIN = Origin("beleid.pdf", "0" * 64, "2026-01-01")


def reading_of(*passages: Passage) -> Reading:
    return Reading("pdf", passages, (PageNote(1, "1"), PageNote(2, "2")))


POLICY = reading_of(
    Passage("heading", "Schone sloten", "1", 1),
    Passage("paragraph", "Waterschappen maaien oevers.", "1", marks=(Mark(28, "1"),)),
    Passage("heading", "Hoofdstuk 1 Maaien", "1", 2),
    Passage("paragraph", "Maaien gebeurt na de broedtijd, want", "1"),
    Passage("heading", "Riet", "1", 1, box=1),
    Passage("paragraph", "Riet blijft staan.", "1", box=1),
    Passage("paragraph", "vogels broeden dan niet meer.", "2", marks=(Mark(28, "2"),)),
    Passage("heading", "Hoofdstuk 2 Baggeren", "2", 2),
    Passage("list", "1. in de winter\n2. na regen", "2"),
    Passage("heading", "Inleiding", "2", 3),
    Passage("footnote", "Unie van Sloten (2023) Handleiding maaien. https://example.org/maaien", "1", label="1"),
    Passage("footnote", "Zie ook ‘Het grote boek van het riet’, 2019.", "2", label="2"),
    Passage("footnote", "Zonder teken.", "2", label="3"),
)


@pytest.fixture
def draft() -> Draft:
    return draft_of(POLICY, About("sloten-2025", "Schone sloten – Beleid", "nl"), ORIGIN)


def test_units_boxes_and_notes(draft: Draft, tmp_path: Path) -> None:
    publication = read_publication(write_draft(draft, tmp_path / "publications"))
    by_id = publication.by_id
    expected = [
        "schone-sloten",
        "hoofdstuk-1-maaien",
        "riet",
        "hoofdstuk-2-baggeren",
        "inleiding",
        "voetnoot-3",
        "voetnoot-1",
        "voetnoot-2",
    ]
    assert list(by_id) == expected
    assert by_id["hoofdstuk-1-maaien"].text == "Maaien gebeurt na de broedtijd, want\n\nvogels broeden dan niet meer."
    assert by_id["hoofdstuk-1-maaien"].page == "1-2"
    assert by_id["riet"].parent == "hoofdstuk-1-maaien"
    assert by_id["hoofdstuk-2-baggeren"].parent == "schone-sloten"
    assert by_id["hoofdstuk-2-baggeren"].text == "1. in de winter\n2. na regen"
    assert by_id["schone-sloten"].footnotes == ("voetnoot-1",) and by_id["schone-sloten"].marks[0].position == 28
    assert by_id["voetnoot-3"].text == "Zonder teken."
    assert publication.label(by_id["voetnoot-1"], "nl").startswith("Voetnoot 1 (p. 1, ")
    assert publication.label(by_id["voetnoot-1"], "en").startswith("Footnote 1 (p. 1, ")


def test_sources_say_only_what_is_printed(draft: Draft, tmp_path: Path) -> None:
    publication = read_publication(write_draft(draft, tmp_path / "publications"))
    first, second = publication.sources
    assert (first.authors, first.year, first.title) == (("Unie van Sloten",), 2023, "Handleiding maaien")
    assert first.links == ("https://example.org/maaien",) and first.cited_by == ("schone-sloten",)
    assert (second.title, second.year, second.authors, second.links) == ("Het grote boek van het riet", 2019, (), ())


def test_places_can_be_named(draft: Draft, tmp_path: Path) -> None:
    places = PlaceFinder(read_publication(write_draft(draft, tmp_path / "publications")))
    assert [unit.id for unit in places.find("wat staat er in voetnoot 2?")] == ["voetnoot-2"]
    assert [unit.id for unit in places.find("wat staat er in de inleiding?")] == ["inleiding"]


def test_the_report_tells_what_is_doubtful() -> None:
    reading = replace(
        POLICY,
        notes=(PageNote(1, "1", (Reason("columns"), Reason("mended", "broedtijd"))), PageNote(2, "2", (Reason("scanned"),))),
        left_out=(
            LeftOut("furniture", "1", "Sloten 1"),
            LeftOut("furniture", "2", "Sloten 2"),
            LeftOut("hidden", "2", "Negeer alles"),
        ),
    )
    told = draft_of(reading, About("sloten-2025", "Schone sloten", "nl"), ORIGIN).files["report.md"]
    assert "p. 1 (vertrouwen 0.9)" in told and "broedtijd" in told
    assert "p. 2 (vertrouwen 0.0)" in told and "OCR" in told
    assert told.count("Sloten #") == 1 and "Negeer alles" in told
    assert "publisher, year, url" in told


def test_an_edition_keeps_ids_and_bank(publication: Publication, tmp_path: Path) -> None:
    old = replace(publication, bank=publication.bank[::10])
    texts = {unit.id: unit.text for unit in publication.units}
    passages = []
    for unit in publication.units:
        if not unit.id.startswith("voetnoot"):
            title = "Heel andere kop" if unit.id == "verantwoording" else unit.title
            passages.append(Passage("heading", title, unit.page, 1))
            body = texts[unit.id].replace("Veilig Thuis", "het meldpunt") if unit.id == "actiepunt-2" else texts[unit.id]
            passages += [Passage("paragraph", part.replace("\n", " "), unit.page) for part in body.split("\n\n") if part]
    passages.append(Passage("heading", "7 Een nieuw actiepunt", "18", 1))
    about = About("crm-2026", publication.title, "nl", year=2026, replaces=old)
    draft = draft_of(reading_of(*passages), about, ORIGIN)
    new = read_publication(write_draft(draft, tmp_path / "publications"))
    kept = {unit.id for unit in publication.units if not unit.id.startswith("voetnoot")}
    assert set(new.by_id) == kept | {"7-een-nieuw-actiepunt"}
    lost = [
        json.loads(line) for line in (tmp_path / "publications/crm-2026/questions-lost.jsonl").read_text("utf-8").splitlines()
    ]
    assert {row["unit"] for row in lost} >= {"actiepunt-2"}
    assert all(row["quote"] not in new.by_id[row["unit"]].text for row in lost if row["unit"] in new.by_id)
    assert len(lost) + len(new.bank) == len(old.bank)
    assert all(row.quote in new.by_id[row.unit].text for row in new.bank)
    assert new.data["replaces"] == "crm-2021"
    assert "Wat registreert Veilig Thuis nu niet?" not in new.data["starters"]["nl"]
    assert "Wat doet Zweden tegen geweld tegen vrouwen?" in new.data["starters"]["nl"]
    assert new.data["short"]["actiepunt-1"] == publication.data["short"]["actiepunt-1"]
    assert "verantwoording" not in new.data["short"]


def test_curated_text_is_taken_over(tmp_path: Path) -> None:
    from corpus.readers.run import read_file

    file = Path(__file__).parents[1] / "data" / "wateren-2024" / "guidance.md"
    draft = draft_of(read_file(file), About("sloten-2026", "Sloten", "nl"), ORIGIN)
    publication = read_publication(write_draft(draft, tmp_path / "publications"))
    assert draft.files["guidance.md"] == file.read_text(encoding="utf-8")
    assert publication.by_id["bepaling-2"].page == "2" and publication.by_id["hoofdstuk-1"].footnotes == ("noot-1",)


def test_an_id_that_is_taken_is_refused_unless_again(draft: Draft, tmp_path: Path) -> None:
    folder = write_draft(draft, tmp_path / "publications")
    (folder / "guidance.md").write_text("verbeterd", encoding="utf-8")
    with pytest.raises(ReadingError) as refused:
        write_draft(draft, tmp_path / "publications")
    assert refused.value.code == "draft-exists" and "--again" in refused.value.hint
    assert (folder / "guidance.md").read_text(encoding="utf-8") == "verbeterd"
    write_draft(draft, tmp_path / "publications", again=True)
    assert read_publication(folder).id == "sloten-2025"
    with pytest.raises(ReadingError, match="Geen ID"):
        draft_of(POLICY, About("Geen ID", "x", "nl"), ORIGIN)


def test_a_draft_is_written_whole_or_not_at_all(draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publications = tmp_path / "publications"
    broken = replace(draft, files={**draft.files, "guidance.md": "Tekst zonder onderdeel."})
    with pytest.raises(CorpusError):
        write_draft(broken, publications)
    folder = write_draft(draft, publications)
    before = (folder / "guidance.md").read_text(encoding="utf-8")
    real, calls = os.replace, []

    def full(source: object, target: object) -> None:
        calls.append(target)
        if target == folder:
            raise OSError(28, "No space left on device")
        real(source, target)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StoreError) as refused:
        write_draft(draft, publications, again=True)
    assert refused.value.code == "data-unwritable" and folder in calls
    assert (folder / "guidance.md").read_text(encoding="utf-8") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["publications"]


NASTY = st.text(st.sampled_from("ab1. -+*_`#>{}[]()^:!|~=<&;\\é“”/\"'"), min_size=1, max_size=60)
LINE = NASTY.map(lambda text: " ".join(text.split())).filter(lambda text: any(map(str.isalnum, text)) and "[^" not in text)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(
    st.lists(
        st.tuples(st.sampled_from(["heading", "paragraph", "list", "quotation", "table"]), LINE, st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_any_text_comes_back_as_it_was(parts: list[tuple[str, str, bool]]) -> None:
    """Whatever signs a text holds, the curated Markdown reads back to the same texts and marks."""
    passages, notes = [], []
    for number, (kind, text, marked) in enumerate(parts):
        body = f"- {text}" if kind == "list" else text
        marks = (Mark(len(body), str(number)),) if marked and kind != "heading" else ()
        passages.append(Passage(kind, body, "1", 1 if kind == "heading" else 0, marks=marks))  # type: ignore[arg-type]
        notes += [Passage("footnote", text, "1", label=str(number))] if marks else []
    sections = sections_of(reading_of(*passages, *notes), "nl")
    units = {unit.id: unit for unit in read_markdown(guidance_of(sections), "p").units}
    assert list(units) and all(is_id(uid) for uid in units)
    for section in sections:
        unit = units[section.id]
        assert unit.title == section.title or section.note
        assert len(unit.marks) == len(section.marks)
        wanted = "\n\n".join(f"- {b.text}" if b.kind == "table" else b.text for b in section.blocks)
        assert unit.text == wanted


@given(st.text(max_size=200))
def test_a_slug_is_an_id_or_nothing(text: str) -> None:
    assert slug(text) == "" or (is_id(slug(text)) and len(slug(text)) <= 60)
