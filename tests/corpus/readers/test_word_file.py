"""Word: headings by style, lists by numbering, notes by their marks; nothing that Word itself does not show."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from corpus.readers.docx import read_docx
from corpus.readers.limits import Limits
from corpus.readers.reading import Reading

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
STYLES = f"""<w:styles {W}>
<w:style w:type="paragraph" w:styleId="Kop1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Eigen"><w:name w:val="Mijn kop"/><w:basedOn w:val="Kop2"/></w:style>
<w:style w:type="paragraph" w:styleId="Kop2"><w:name w:val="Sectie"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="character" w:styleId="Weg"><w:name w:val="Weg"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Inhopg1"><w:name w:val="toc 1"/></w:style>
</w:styles>"""
NUMBERING = f"""<w:numbering {W}>
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
</w:numbering>"""


def read(tmp_path: Path, body: str, **parts: str) -> Reading:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {W} {MC}><w:body>{body}</w:body></w:document>")
        for name, content in {"styles": STYLES, "numbering": NUMBERING, **parts}.items():
            archive.writestr(f"word/{name}.xml", content)
    file = tmp_path / "a.docx"
    file.write_bytes(stream.getvalue())
    return read_docx(file, Limits())


def p(text: str, style: str = "", properties: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{text if text.startswith('<') else run(text)}</w:p>"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def texts(reading: Reading) -> list[tuple[str, int, str]]:
    return [(passage.kind, passage.level, passage.text) for passage in reading.passages]


def test_headings_by_style_outline_and_paragraph(tmp_path: Path) -> None:
    body = p("Een", "Kop1") + p("Twee", "Eigen") + p("Drie", properties='<w:outlineLvl w:val="2"/>') + p("Tekst.")
    assert texts(read(tmp_path, body)) == [
        ("heading", 1, "Een"),
        ("heading", 2, "Twee"),
        ("heading", 3, "Drie"),
        ("paragraph", 0, "Tekst."),
    ]


def test_lists_are_numbered_as_in_word(tmp_path: Path) -> None:
    def item(text: str, number: int, depth: int = 0) -> str:
        return p(text, properties=f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')

    body = item("a", 1) + item("onder", 1, 1) + item("b", 1) + p("Tussen.") + item("c", 1) + item("punt", 2)
    assert texts(read(tmp_path, body)) == [
        ("list", 0, "1. a\na. onder\n2. b"),
        ("paragraph", 0, "Tussen."),
        ("list", 0, "3. c\n- punt"),
    ]


def test_what_word_does_not_show_is_left_out(tmp_path: Path) -> None:
    hidden = [run("weg1", "<w:vanish/>"), run("weg2", '<w:rStyle w:val="Weg"/>'), run("weg3", '<w:sz w:val="2"/>')]
    hidden += [run("weg4", '<w:color w:val="FFFFFF"/>')]
    deleted = f"<w:del>{run('oud').replace('w:t', 'w:delText')}</w:del><w:moveFrom>{run('elders')}</w:moveFrom>"
    kept = f"<w:ins>{run('nieuw')}</w:ins>" + run(" wit", '<w:color w:val="FFFFFF"/><w:shd w:fill="000000"/>')
    field = "<w:r><w:instrText>HYPERLINK x</w:instrText></w:r>"
    reading = read(tmp_path, p(run("Tekst ") + "".join(hidden) + deleted + kept + field))
    assert texts(reading) == [("paragraph", 0, "Tekst nieuw wit")]
    assert [part.text for part in reading.left_out] == ["weg1", "weg2", "weg3", "weg4"]
    assert [reason.code for reason in reading.notes[0].reasons] == ["hidden"]


def test_footnotes_and_endnotes_are_tied(tmp_path: Path) -> None:
    def notes(kind: str, text: str) -> str:
        inner = f'<w:{kind} w:type="separator" w:id="-1"><w:p/></w:{kind}><w:{kind} w:id="7">{p(text)}</w:{kind}>'
        return f"<w:{kind}s {W}>{inner}</w:{kind}s>"

    body = p(
        run("Beleid.")
        + '<w:r><w:footnoteReference w:id="7"/></w:r>'
        + run(" Meer.")
        + '<w:r><w:endnoteReference w:id="7"/></w:r>'
    )
    reading = read(tmp_path, body, footnotes=notes("footnote", "De voetnoot."), endnotes=notes("endnote", "De eindnoot."))
    assert [(mark.position, mark.label) for mark in reading.passages[0].marks] == [(7, "1"), (13, "i")]
    assert [(q.label, q.text) for q in reading.passages[1:]] == [("1", "De voetnoot."), ("i", "De eindnoot.")]


def test_tables_boxes_and_contents(tmp_path: Path) -> None:
    def table(*rows: tuple[str, ...]) -> str:
        cells = ("".join(f"<w:tc>{p(cell)}</w:tc>" for cell in row) for row in rows)
        return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"

    box = f"<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>{p('In de box.')}</w:txbxContent></mc:Choice>"
    box += f"<mc:Fallback><w:txbxContent>{p('In de box.')}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
    body = p("Beleid 3", "Inhopg1") + table(("Jaar", "Aantal"), ("2025", "12")) + table(("Kader.",)) + p(run("Bij.") + box)
    reading = read(tmp_path, body)
    assert [(q.kind, q.text, q.box) for q in reading.passages] == [
        ("table", "Jaar | Aantal\n2025 | 12", None),
        ("paragraph", "Kader.", 1),
        ("paragraph", "Bij.", None),
        ("paragraph", "In de box.", 2),
    ]
    assert [(part.code, part.text) for part in reading.left_out] == [("contents", "Beleid 3")]
