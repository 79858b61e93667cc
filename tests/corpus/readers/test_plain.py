"""Markdown and plain text."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.readers.markdown import read_markdown_file
from corpus.readers.reading import Reading
from corpus.readers.run import read_file
from corpus.readers.text import read_text


def texts(reading: Reading) -> list[tuple[str, int, str]]:
    return [(passage.kind, passage.level, passage.text) for passage in reading.passages]


def test_markdown(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(
        "---\ntitle: x\n---\n# Titel\n\nEen *alinea*\nmet `code`.[^a] En meer.\n\n2. twee\n   - onder\n3. drie\n\n> Gezegd.\n\n"
        "| Jaar | Aantal |\n|---|---|\n| 2025 | 12 |\n\n<p>In <b>HTML</b>.</p>\n\n<!-- weg -->\n\n"
        "[^a]: De noot.\n\n    Vervolg.\n",
        encoding="utf-8",
    )
    reading = read_markdown_file(file)
    assert texts(reading) == [
        ("heading", 1, "Titel"),
        ("paragraph", 0, "Een alinea met code. En meer."),
        ("list", 0, "2. twee\n- onder\n3. drie"),
        ("quotation", 0, "Gezegd."),
        ("table", 0, "Jaar | Aantal\n2025 | 12"),
        ("paragraph", 0, "In HTML."),
        ("footnote", 0, "De noot. Vervolg."),
    ]
    assert [(mark.position, mark.label) for mark in reading.passages[1].marks] == [(20, "a")]


def test_our_own_markdown_is_kept_as_it_is() -> None:
    file = Path(__file__).parents[2] / "data" / "wateren-2024" / "guidance.md"
    reading = read_file(file)
    assert reading.curated == file.read_text(encoding="utf-8")
    assert [note.page for note in reading.notes] == ["1", "2", "3", "4"]


def test_plain_text(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(
        "BELEID VOOR GEMEENTEN\n\nGemeenten maken ge-\nmeentelijk beleid, ook reflec\nteren zij.\n\n1.2 Doelen\n\n"
        "- een\n- twee\n  vervolg\n\n"
        "Inleiding\n=========\nTekst.\fTweede pagina.\n",
        encoding="utf-8",
    )
    reading = read_text(file)
    assert texts(reading) == [
        ("heading", 1, "BELEID VOOR GEMEENTEN"),
        ("paragraph", 0, "Gemeenten maken gemeentelijk beleid, ook reflecteren zij."),
        ("heading", 2, "1.2 Doelen"),
        ("list", 0, "- een\n- twee vervolg"),
        ("heading", 1, "Inleiding"),
        ("paragraph", 0, "Tekst."),
        ("paragraph", 0, "Tweede pagina."),
    ]
    assert [passage.page for passage in reading.passages][-2:] == ["1", "2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings_that_are_known(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("Privésfeer – ‘beleid’.".encode(encoding))
    reading = read_text(file)
    assert reading.passages[0].text == "Privésfeer – ‘beleid’." and not reading.notes[0].reasons
