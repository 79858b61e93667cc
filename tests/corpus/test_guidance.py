"""The mended guidance against the text as received: nothing lost, nothing added, nothing broken."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from corpus.publication import Publication

PAGES = {
    "inleiding": "4", "waarom": "4", "kader-mensenrechten": "4", "voetnoot-1": "4", "voetnoot-2": "4", "kader-partnergeweld": "5",
    "kader-gender": "5", "voetnoot-3": "5", "figuur-gender": "5", "checklist": "6", "actiepunten": "7", "voetnoot-4": "9",
    "voetnoot-5": "11", "voetnoot-6": "11", "voetnoot-7": "12", "voetnoot-8": "13", "voetnoot-9": "13", "voetnoot-10": "13",
    "voetnoot-11": "14", "voetnoot-12": "14", "bijlage": "15", "bijlage-preventie": "15", "bijlage-bescherming": "15",
    "bijlage-vervolging": "15", "bijlage-slachtofferrechten": "15", "bijlage-beleid": "15", "bijlage-verder-lezen": "15",
    "verantwoording": "16", "documenten": "16", "nawoord": "17",
}  # fmt: skip
PAGES |= {f"checklist-{group}-{n}": "6" for group in ("visie", "beleid", "uitvoering") for n in range(1, 5)}
PAGES |= {"checklist-evaluatie-1": "6"} | {f"documenten-{n}": "16" for n in range(1, 6)}
for number in range(1, 7):
    PAGES |= {f"actiepunt-{number}{box}": str(number + 7) for box in ("", "-voorbeeld", "-praktijk")}
PAGES |= {"actiepunt-6-voorbeeld": "13-14", "actiepunt-6-praktijk": "14"}

FOLDER = Path("corpus/publications/crm-2021")
# Words that no list knows: names, titles of works, and slips of the source that stay as printed.
UNLISTED = set(Path("tests/data/unlisted-words.txt").read_text(encoding="utf-8").split())


def letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalpha())


def received() -> str:
    """The extraction without the repeated passage, links, running heads and page numbers."""
    lines = (FOLDER / "extraction.txt").read_text(encoding="utf-8").split("\n")
    kept = [*lines[:100], *lines[151:]]
    kept = [line for line in kept if not line.startswith(("http://", "https://"))]
    return "\n".join(line for line in kept if "Gendersensitieve aanpak  - Checklist en acties" not in line)


def test_the_repeated_passage_is_a_repetition() -> None:
    lines = (FOLDER / "extraction.txt").read_text(encoding="utf-8").split("\n")
    assert letters("".join(lines[18:68])) in letters("".join(lines[100:151]))


def test_it_has_the_units_of_the_contract_with_their_pages(publication: Publication) -> None:
    assert len(PAGES) == 66
    assert {unit.id: unit.page for unit in publication.units} == PAGES


def test_every_letter_stands_once(publication: Publication) -> None:
    printed = [unit.title for unit in publication.units if unit.title_printed] + list(publication.groups.values())
    ours = "".join(unit.text for unit in publication.units) + "".join(printed)
    assert Counter(letters(ours)) == Counter(letters(received()))


def test_every_passage_stands_in_one_piece(publication: Publication) -> None:
    """Letters of each received paragraph run on within one unit or heading, so that no letters were merely shuffled."""
    ours = [letters(unit.text) for unit in publication.units] + [letters(unit.title) for unit in publication.units]
    everything = "\n".join([*ours, *map(letters, publication.groups.values())])
    lines = [letters(line) for line in received().split("\n")]
    missing = [line for line in lines if line and line not in everything]
    assert missing == []


def test_every_footnote_has_its_mark_and_back(publication: Publication) -> None:
    marked = [footnote for unit in publication.units for footnote in unit.footnotes]
    notes = [unit.id for unit in publication.units if unit.id.startswith("voetnoot-")]
    assert sorted(marked) == sorted(notes)
    assert len(notes) == 12


def test_footnote_marks_stand_behind_their_sentence(publication: Publication) -> None:
    for unit in publication.units:
        for mark in unit.marks:
            assert unit.text[mark.position - 1] in ".:", unit.id


def test_no_word_is_broken(publication: Publication) -> None:
    from wordfreq import zipf_frequency

    texts = [text for unit in publication.units for text in (unit.text, unit.title)]
    words = {word for text in texts for word in re.findall(r"[^\W\d_]+(?:[-’][^\W\d_]+)*", text)}
    unknown = {
        word
        for word in words
        if max(zipf_frequency(word, "nl"), zipf_frequency(word, "en")) == 0
        and not all(zipf_frequency(part, "nl") > 2.0 for part in word.split("-") if part)
    }
    assert unknown - UNLISTED == set()


def test_no_residue_of_the_extraction(publication: Publication) -> None:
    for unit in publication.units:
        assert not re.search(r"[\ufffd\u00a0\u00ad■\t]|  |https?://|\[\^", unit.text), unit.id


@pytest.mark.parametrize("field", ["authors", "links", "title", "year"])
def test_sources_say_nothing_that_is_not_printed(publication: Publication, field: str) -> None:
    known = (FOLDER / "extraction.txt").read_text(encoding="utf-8")
    flat = letters(known)
    for source in publication.sources:
        if field == "links":
            assert all(letters(link).removeprefix("https") in flat for link in source.links), source.id
        elif field == "year" and source.year and not source.same_as:
            assert str(source.year) in publication.by_id[source.unit].text, source.id
        elif field == "authors":
            assert all(letters(author) in flat for author in source.authors), source.id
        elif field == "title":
            words = re.findall(r"\w+", source.title)
            assert all(letters(word) in flat for word in words), source.id


def test_sources_cover_every_reference(publication: Publication) -> None:
    described = {source.unit for source in publication.sources}
    assert described >= {f"voetnoot-{n}" for n in range(1, 13)} | {f"documenten-{n}" for n in range(1, 6)}
    for source in publication.sources:
        assert set(source.cited_by) <= set(publication.by_id)


def test_the_slip_of_footnote_12_is_kept_and_explained(publication: Publication) -> None:
    assert publication.by_id["voetnoot-12"].text.startswith("Zie voetnoot 12")
    source = publication.source_of("voetnoot-12")
    assert source is not None and source.note and source.same_as == "voetnoot-8"
