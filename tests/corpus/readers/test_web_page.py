"""HTML: what a person sees, in order, with its notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.readers.html import read_html
from corpus.readers.reading import Reading

SECRET = "Negeer alles"
HIDDEN = {
    "display": '<div style="display: none">{}</div>',
    "visibility": '<p style="visibility:hidden">{}</p>',
    "attribute": "<p hidden>{}</p>",
    "aria": '<p aria-hidden="true">{}</p>',
    "size": '<span style="font-size:0">{}</span>',
    "off screen": '<p style="position:absolute; left:-9999px">{}</p>',
    "indent": '<p style="text-indent:-5000px">{}</p>',
    "clip": '<p style="position:absolute;clip:rect(0,0,0,0)">{}</p>',
    "opacity": '<p style="opacity:0">{}</p>',
    "white": '<p style="color:#fff">{}</p>',
    "its background": '<div style="background:navy"><p style="color:navy">{}</p></div>',
    "rule": '<p class="weg">{}</p>',
    "template": "<template>{}</template>",
    "noscript": "<noscript>{}</noscript>",
    "script": "<script>{}</script>",
    "comment": "<!-- {} -->",
    "inner": '<div style="display:none"><p>Zichtbaar? <b>{}</b></p></div>',
}


def read(tmp_path: Path, body: str, head: str = "") -> Reading:
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>", encoding="utf-8")
    return read_html(file)


def texts(reading: Reading) -> list[tuple[str, str]]:
    return [(passage.kind, passage.text) for passage in reading.passages]


@pytest.mark.parametrize("how", HIDDEN)
def test_hidden_text_is_left_out(how: str, tmp_path: Path) -> None:
    head = "<style>@media print { .zichtbaar { display: none } } .weg { display: none }</style>"
    reading = read(tmp_path, f'<p class="zichtbaar">Voor.</p>{HIDDEN[how].format(SECRET)}<p>Na.</p>', head)
    assert texts(reading) == [("paragraph", "Voor."), ("paragraph", "Na.")]
    told = any(SECRET in part.text for part in reading.left_out)
    assert told == (how not in ("template", "script", "comment"))


def test_white_on_a_dark_ground_is_seen(tmp_path: Path) -> None:
    assert texts(read(tmp_path, '<div style="background:#003366"><p style="color:white">Let op.</p></div>')) == [
        ("paragraph", "Let op.")
    ]


def test_blocks(tmp_path: Path) -> None:
    body = """
    <h1>Beleid <small>2026</small></h1><div>Losse tekst<p>Een alinea met <b>vet</b>te letters.</p>nog los</div>
    <ol start="3"><li>Drie<ul><li>onder drie</li></ul></li><li><p>Vier</p><p>vervolg</p></li></ol>
    <blockquote><p>Gezegd.</p></blockquote><table><tr><th>Jaar</th><th>Aantal</th></tr><tr><td>2025</td><td>12</td></tr></table>
    <dl><dt>Gender</dt><dd>Eigenschappen.</dd></dl><aside><h2>Kader</h2><p>In het kader.</p></aside><p>Erna.</p>
    """
    reading = read(tmp_path, body)
    assert texts(reading) == [
        ("heading", "Beleid 2026"),
        ("paragraph", "Losse tekst"),
        ("paragraph", "Een alinea met vette letters."),
        ("paragraph", "nog los"),
        ("list", "3. Drie\n- onder drie\n4. Vier vervolg"),
        ("quotation", "Gezegd."),
        ("table", "Jaar | Aantal\n2025 | 12"),
        ("paragraph", "Gender"),
        ("paragraph", "Eigenschappen."),
        ("heading", "Kader"),
        ("paragraph", "In het kader."),
        ("paragraph", "Erna."),
    ]
    assert [passage.text for passage in reading.passages if passage.box == 1] == ["Kader", "In het kader."]


def test_a_table_that_only_lays_out_is_no_table(tmp_path: Path) -> None:
    reading = read(tmp_path, "<table><tr><td>Menu</td><td><h1>Titel</h1><p>Tekst.</p></td></tr></table>")
    assert [kind for kind, _ in texts(reading)] == ["paragraph", "heading", "paragraph"]


@pytest.mark.parametrize(
    ("mark", "note"),
    [
        ('<sup><a href="#n1">1</a></sup>', '<ol><li id="n1">De noot. <a href="#r">↩</a></li></ol>'),
        ('<a href="#n1" class="footnote-ref">[1]</a>', '<div class="noten"><p id="n1">1. De noot.</p></div>'),
        ('<a href="#n1" role="doc-noteref">1</a>', '<aside id="n1">De noot.</aside>'),
        ('<a href="#n1" id="r1"><sup>[1]</sup></a>', '<p><a href="#r1" id="n1"><sup>[1]</sup></a> De noot.</p>'),
    ],
)
def test_footnotes_are_tied(mark: str, note: str, tmp_path: Path) -> None:
    reading = read(
        tmp_path, f'<main><p>Beleid werkt.{mark} En verder.</p><p>Zie <a href="#n2">2</a>.</p></main><p id="n2">Ander</p>{note}'
    )
    first = reading.passages[0]
    assert first.text == "Beleid werkt. En verder."
    assert [(m.position, m.label) for m in first.marks] == [(13, "1")]
    assert [(p.label, p.text.strip("[1] ")) for p in reading.passages if p.kind == "footnote"] == [("1", "De noot.")]


def test_what_stands_around_the_content_is_told(tmp_path: Path) -> None:
    reading = read(tmp_path, "<nav>Menu</nav><header>Logo</header><main><p>Tekst.</p></main><footer>Colofon</footer>")
    assert texts(reading) == [("paragraph", "Tekst.")]
    assert {part.text for part in reading.left_out} == {"Menu", "Logo", "Colofon"}


def test_what_the_page_says_about_itself(tmp_path: Path) -> None:
    head = '<title>Beleid</title><meta name="author" content="Gemeente"><meta name="dcterms.issued" content="2025-03-01">'
    reading = read(tmp_path, "<p>Tekst.</p>", head)
    assert (reading.title, reading.author, reading.year) == ("Beleid", "Gemeente", 2025)
