"""The guidance, printed as a two-column PDF, a Word file and a page, comes back through the readers."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from corpus.draft import About, Draft, draft_of, write_draft
from corpus.drafting.report import Origin
from corpus.publication import Publication, read_publication
from corpus.readers.reading import Reading
from corpus.readers.run import read_file
from tests.corpus.readers.printing import FIRST_PAGE, notes_of, printed_units, to_docx, to_html, to_pdf

FORMS = {
    "tagged.pdf": to_pdf,
    "untagged.pdf": lambda publication: to_pdf(publication, tagged=False),
    "guidance.docx": to_docx,
    "guidance.html": to_html,
}
ORIGIN = Origin("guidance", "0" * 64, "2026-01-01")


@pytest.fixture(scope="session", params=[pytest.param("tagged.pdf", marks=pytest.mark.slow), *list(FORMS)[1:]])
def printed(request: pytest.FixtureRequest, publication: Publication, tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """A reading of the printed guidance."""
    file = tmp_path_factory.mktemp("printed") / request.param
    file.write_bytes(FORMS[request.param](publication))
    return read_file(file)


@pytest.fixture(scope="session")
def draft(printed: Reading, publication: Publication) -> Draft:
    """The printed guidance as a new edition of itself."""
    return draft_of(printed, About("crm-again", publication.title, "nl", year=2021, replaces=publication), ORIGIN)


@pytest.fixture(scope="session")
def drafted(draft: Draft, tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """The same, written and read again."""
    return read_publication(write_draft(draft, tmp_path_factory.mktemp("data") / "publications"))


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+", text.lower()))


def test_its_words_are_in_the_right_unit(drafted: Publication, publication: Publication) -> None:
    right = total = 0
    for unit in publication.units:
        wanted, found = words(unit.text), words(drafted.by_id[unit.id].text if unit.id in drafted.by_id else "")
        right += (wanted & found).total()
        total += wanted.total()
    read = sum(words(unit.text).total() for unit in drafted.units)
    assert right >= 0.99 * total
    assert right >= 0.99 * read, "words are in a unit where they do not belong, or twice"


def test_all_its_footnotes_are_tied(drafted: Publication, publication: Publication) -> None:
    tied = {(unit.id, note) for unit in drafted.units for note in unit.footnotes}
    assert tied == {(unit.id, note) for unit in publication.units for note in unit.footnotes}
    assert len(tied) == 12
    for unit in publication.units:
        for mark, other in zip(unit.marks, drafted.by_id[unit.id].marks, strict=True):
            before = unit.text[: mark.position]
            assert drafted.by_id[unit.id].text[: other.position].replace("-", "") == before.replace("-", "")


def test_its_headings_are_read(printed: Reading, publication: Publication) -> None:
    headings = [passage.text for passage in printed.passages if passage.kind == "heading"]
    assert headings == [unit.title for _, unit in printed_units(publication)]


def test_its_lists_keep_their_numbers(drafted: Publication, publication: Publication) -> None:
    for unit in publication.units:
        numbers = [re.findall(r"^\d+\.", text, re.M) for text in (unit.text, drafted.by_id[unit.id].text)]
        assert numbers[0] == numbers[1], unit.id


def test_its_bank_is_carried_over(draft: Draft, publication: Publication) -> None:
    assert len(draft.carried.questions) >= 0.98 * len(publication.bank)
    assert len(draft.carried.questions) + len(draft.carried.lost) == len(publication.bank)


def test_labels_and_places_are_carried_over(drafted: Publication, publication: Publication) -> None:
    for unit in publication.units:
        if not unit.group:
            new = drafted.label(drafted.by_id[unit.id], "nl").partition(" (p. ")[0]
            assert new == publication.label(unit, "nl").partition(" (p. ")[0]
    assert drafted.data["replaces"] == publication.id
    assert {series["unit"]: series["count"] for series in drafted.data["series"]} == {
        series["unit"]: series["count"] for series in publication.data["series"]
    }


def test_a_pdf_gives_printed_pages_and_leaves_running_heads_out(printed: Reading, publication: Publication) -> None:
    if printed.kind != "pdf":
        assert {note.page for note in printed.notes} == {"1"}
        return
    assert [note.page for note in printed.notes] == [str(FIRST_PAGE + n) for n in range(len(printed.notes))]
    left_out = {part.text for part in printed.left_out if part.code == "furniture"}
    assert any("Checklist" in text for text in left_out)
    head = publication.data["short_title"] + " - Checklist"
    assert not any(head in passage.text for passage in printed.passages)


def test_a_box_is_told_apart(printed: Reading, publication: Publication) -> None:
    boxed = {passage.text for passage in printed.passages if passage.box is not None and passage.kind == "heading"}
    wanted = {unit.title for unit in publication.units if unit.id.startswith("kader")}
    assert boxed == (wanted if printed.kind != "docx" else set())


def test_a_hidden_order_is_left_out(printed: Reading) -> None:
    if printed.kind == "html":
        assert not any("eerdere instructies" in passage.text for passage in printed.passages)
        assert any(part.code == "hidden" and "eerdere instructies" in part.text for part in printed.left_out)
        assert printed.notes[0].confidence < 1


def test_a_reading_survives_its_way_between_processes(printed: Reading) -> None:
    assert Reading.from_json(printed.to_json()) == printed


def test_every_note_is_a_unit(printed: Reading, publication: Publication) -> None:
    labels = [passage.label for passage in printed.passages if passage.kind == "footnote"]
    assert labels == [str(number) for number in range(1, len(notes_of(publication)) + 1)]
