"""Real documents, not made by us, against what the formats' own tools find in them."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from corpus.readers.reading import Reading
from corpus.readers.run import read_file

DATA = Path(__file__).parents[2] / "data" / "readers"
PDFS = ["debian-refcard.nl.pdf", pytest.param("debian-faq.nl.pdf", marks=pytest.mark.slow)]
_READ: dict[str, Reading] = {}


def reading(name: str) -> Reading:
    if name not in _READ:
        _READ[name] = read_file(DATA / name)
    return _READ[name]


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text.replace("\u00ad", "")).lower()))


def everything(read: Reading) -> str:
    """All that was read or told to be left out, and the labels of notes at the note and its marks."""
    labels = [label for p in read.passages for label in [p.label or "", *(mark.label for mark in p.marks)]]
    # A label that comes back is told apart by its page.
    return "\n".join(
        [*(p.text for p in read.passages), *(part.text for part in read.left_out), *(label.partition("-")[0] for label in labels)]
    )


def pdftotext(name: str) -> str:
    assert shutil.which("pdftotext"), "install poppler-utils: it finds the words to compare with"
    run = subprocess.run(["pdftotext", "-raw", DATA / name, "-"], capture_output=True, text=True, check=True)
    return re.sub(r"-\n", "", run.stdout)


@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_loses_no_word_and_doubles_none(name: str) -> None:
    wanted, found = words(pdftotext(name)), words(everything(reading(name)))
    assert (wanted & found).total() >= 0.99 * wanted.total()
    assert (wanted & found).total() >= 0.99 * found.total()
    # Words broken over lines apart: every letter, once.
    letters = [Counter(c for word in each.elements() for c in word if c.isalpha()) for each in (wanted, found)]
    assert (letters[0] & letters[1]).total() >= 0.9999 * max(letters[0].total(), letters[1].total())


@pytest.mark.slow
def test_the_headings_of_a_pdf_are_those_of_its_outline() -> None:
    from pypdf import PdfReader

    def titles(entries: list) -> list[str]:
        return [t for e in entries for t in (titles(e) if isinstance(e, list) else [str(e.title)])]

    def bare(text: str) -> str:
        return "".join(c for c in re.sub(r"^[\d.]+\s", "", text).lower() if c.isalnum())

    read = reading("debian-faq.nl.pdf")
    wanted = {bare(title) for title in titles(PdfReader(DATA / "debian-faq.nl.pdf").outline)} - {""}
    found = [bare(p.text) for p in read.passages if p.kind == "heading"]
    assert len(wanted & set(found)) >= 0.9 * len(wanted)
    chapters = sum(bool(re.match(r"hoofdstuk\d+$", heading)) for heading in found)
    assert sum(heading in wanted for heading in found) >= 0.9 * (len(found) - chapters)


@pytest.mark.slow
def test_pages_notes_and_contents_of_a_long_pdf() -> None:
    read = reading("debian-faq.nl.pdf")
    assert [note.page for note in read.notes][:9] == ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "1"]
    notes = [p for p in read.passages if p.kind == "footnote"]
    marks = {mark.label for p in read.passages for mark in p.marks}
    assert [note.label for note in notes] == ["1", "1-p24", "2", "3", "1-p50", "1-p57"]
    assert {note.label for note in notes} == marks
    assert not any(". . . . ." in p.text for p in read.passages)
    running = [part.text for part in read.left_out if part.code == "furniture"]
    assert any(text.startswith("HOOFDSTUK 2") for text in running)
    assert not any("HOOFDSTUK 2. DEBIAN" in p.text for p in read.passages)


def test_the_headings_of_a_card_of_three_columns() -> None:
    read = reading("debian-refcard.nl.pdf")
    found = Counter(p.text for p in read.passages if p.kind == "heading")
    wanted = ["Debian Naslagkaart", "Hulp zoeken", "Installatie", "Bugs", "Configuratie", "Achtergronddiensten en systeem"]
    wanted += ["Belangrijke shell-commando’s", "APT", "dpkg", "Het netwerk"]
    assert set(wanted) <= set(found)
    assert sum(found[title] for title in wanted) >= 0.9 * found.total()


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.headings: list[str] = []
        self._heading = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append("")
            self._heading = True

    def handle_endtag(self, tag: str) -> None:
        self._heading = self._heading and not re.fullmatch(r"h[1-6]", tag)

    def handle_data(self, data: str) -> None:
        self.text += data + " "
        if self._heading:
            self.headings[-1] += data


def test_a_page_loses_no_word_and_doubles_none() -> None:
    name = "apt-guide-ch2.nl.html"
    reference = _Text()
    reference.feed((DATA / name).read_text(encoding="utf-8").partition("<body")[2])
    read = reading(name)
    wanted, found = words(reference.text), words(everything(read))
    # The way back from a note to its mark is no text of the page.
    assert (wanted & found).total() >= 0.99 * wanted.total()
    assert (wanted & found).total() >= 0.99 * found.total()
    headings = [" ".join(heading.split()) for heading in reference.headings]
    assert [p.text for p in read.passages if p.kind == "heading"] == headings
    assert [(p.label, p.text[:14]) for p in read.passages if p.kind == "footnote"] == [("1", "Indien u van e")]
    assert not any("Volgende" in p.text for p in read.passages)
