"""A document as a Word file (.docx), with real headings, lists and hyperlinks, and the language of every quote."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from datetime import datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, Any

from assistant.export.document import Document, Exchange, FootnoteEntry, Place, SourceNote
from assistant.export.text import Line, Piece
from assistant.export.word_styles import dress, element

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_REGIONS = {"nl": "nl-NL", "en": "en-GB"}
"""Word names a language with its region."""
_FIELDS = {"{page}": "PAGE", "{pages}": "NUMPAGES"}


def to_word(document: Document) -> bytes:
    """The document as the bytes of a .docx file: the same document gives the same bytes."""
    import docx

    word = docx.Document()
    dress(word, _region(document.language))
    _describe(word, document)
    writer = _Writer(word, document)
    writer.edges()
    writer.opening()
    for exchange in document.exchanges:
        writer.exchange(exchange)
    made = BytesIO()
    word.save(made)
    return _without_times(made)


class _Writer:
    """Writes the parts of a document, from top to bottom."""

    def __init__(self, word: WordDocument, document: Document) -> None:
        self._word = word
        self._document = document
        self._bookmarks = 0

    def edges(self) -> None:
        """Header and footer: name and title; index version and page numbers."""
        section, document = self._word.sections[0], self._document
        section.header.paragraphs[0].add_run(f"{document.words['product']}\t{document.title}")
        foot, version = section.footer.paragraphs[0], document.version
        foot.add_run(f"{version.term}: {version.value.text}\t")
        for part in re.split(r"(\{pages?\})", document.words["page"]):
            if part in _FIELDS:
                foot._p.append(_field(_FIELDS[part]))
            else:
                foot.add_run(part)

    def opening(self) -> None:
        """Title, facts and the notice that an AI system made it."""
        self._word.add_paragraph(self._document.title, "Title")
        for fact in self._document.facts:
            line = self._word.add_paragraph("", "Fact")
            line.add_run(f"{fact.term}\t").bold = True
            self._say(line, fact.value)
            line.paragraph_format.space_after = _points(10) if fact is self._document.version else None
        self._word.add_paragraph("", "Notice").add_run(self._document.words["notice_title"]).bold = True
        self._word.add_paragraph(self._document.notice, "Notice")

    def exchange(self, exchange: Exchange) -> None:
        self._say(self._word.add_paragraph("", "Heading 1"), exchange.heading)
        self._flow(exchange.question, "Question")
        outcome = self._word.add_paragraph(f"{exchange.outcome.term}: ", "Outcome")
        self._say(outcome, exchange.outcome.value)
        self._flow(exchange.answer)
        if exchange.places:
            self._word.add_paragraph(self._document.words["citations"], "Heading 2")
        for place in exchange.places:
            self._place(place)

    def _place(self, place: Place) -> None:
        label = self._word.add_paragraph("", "Place")
        self._bookmarks += 1
        label._p.append(element("w:bookmarkStart", id=str(self._bookmarks), name=place.anchor))
        label.add_run(f"[{place.marker}]\t{place.label}")
        label._p.append(element("w:bookmarkEnd", id=str(self._bookmarks)))
        for paragraph in self._flow(place.quote, "Quote")[-1:]:
            paragraph.paragraph_format.space_after = _points(4)
        for said in (place.dated, place.via):
            if said:
                self._word.add_paragraph(said, "Source")
        self._source(place.source)
        if place.link:
            self._say(self._word.add_paragraph("", "Source"), Line((place.link,)))
        for note in place.footnotes:
            self._footnote(note)

    def _footnote(self, note: FootnoteEntry) -> None:
        line = self._word.add_paragraph("", "Source")
        line.add_run(f"{note.label}: ").bold = True
        self._say(line, note.text)
        self._source(note.source)

    def _source(self, source: SourceNote | None) -> None:
        if source is None:
            return
        if source.fact:
            self._say(self._word.add_paragraph(f"{source.fact.term}: ", "Source"), source.fact.value)
        for link in source.links:
            self._say(self._word.add_paragraph("", "Source"), Line((link,)))
        if source.note:
            self._say(self._word.add_paragraph("", "Source"), source.note)

    def _flow(self, lines: Iterable[Line], style: str | None = None) -> list[Any]:
        """Lines as paragraphs, those with a label as items of a real list; a list begins anew where its numbers do."""
        made: list[Any] = []
        before, list_id = "", 0
        for line in lines:
            kind = "List Bullet" if line.label == "•" else "List Number" if line.label else "Normal"
            made.append(self._word.add_paragraph("", style or kind))
            if line.label:
                list_id = list_id if _follows(before, line.label) else self._new_list(line.label)
                self._number(made[-1], list_id, indented=style is not None)
            self._say(made[-1], line)
            before = line.label
        return made

    def _new_list(self, label: str) -> int:
        """Id of a list in the document: bullets, or numbers that begin with ``label``."""
        styles, numbering = self._word.styles, self._word.part.numbering_part.element
        kind: Any = styles["List Bullet" if label == "•" else "List Number"]
        known = kind.element.pPr.numPr.numId.val
        if label == "•":
            return int(known)
        made = numbering.add_num(numbering.num_having_numId(known).abstractNumId.val)
        made.add_lvlOverride(ilvl=0).add_startOverride(int(label.rstrip(".")))
        return int(made.numId)

    def _number(self, item: Any, list_id: int, *, indented: bool) -> None:
        from docx.shared import Cm

        properties = item._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = 0
        properties.get_or_add_numId().val = list_id
        if indented:
            item.paragraph_format.left_indent, item.paragraph_format.first_line_indent = Cm(1.7), Cm(-0.6)

    def _say(self, paragraph: Any, line: Line) -> None:
        for piece in line.pieces:
            self._piece(paragraph, piece)

    def _piece(self, paragraph: Any, piece: Piece) -> None:
        run = paragraph.add_run(piece.text)
        run.bold = True if piece.strong else None
        if piece.language != self._document.language:
            run._r.get_or_add_rPr().append(element("w:lang", val=_region(piece.language)))
        if piece.url:
            run.style = "Hyperlink"
            _wrap(run, id_=self._relation(piece.url))
        for marker in piece.markers:
            paragraph.add_run("\u00a0")
            number = paragraph.add_run(f"[{marker.number}]")
            number.style = "Hyperlink"
            number.underline = False
            _wrap(number, anchor=marker.anchor)

    def _relation(self, url: str) -> str:
        from docx.opc.constants import RELATIONSHIP_TYPE

        return str(self._word.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))


def _describe(word: WordDocument, document: Document) -> None:
    """The document's properties, as Word shows them under its file menu."""
    about, moment = word.core_properties, datetime.combine(document.date, time())
    about.title, about.subject, about.language = document.title, document.words["subject"], _region(document.language)
    about.author = about.last_modified_by = document.words["product"]
    about.created = about.modified = moment
    # Word allows a property 255 characters.
    about.comments, about.keywords = "", f"{document.version.term}: {document.version.value.text}"[:255]


def _wrap(run: Any, id_: str = "", anchor: str = "") -> None:
    """Put a run into a hyperlink: to a relation of the document, or to a bookmark in it."""
    from docx.oxml.ns import qn

    link = element("w:hyperlink", history="1")
    if id_:
        link.set(qn("r:id"), id_)
    else:
        link.set(qn("w:anchor"), anchor)
    run._r.addprevious(link)
    link.append(run._r)


def _follows(before: str, label: str) -> bool:
    """Whether an item goes on with the list that the item before it stands in."""
    if not before or "•" in (before, label):
        return before == label
    return int(label.rstrip(".")) == int(before.rstrip(".")) + 1


def _field(instruction: str) -> Any:
    """A number that Word fills in, such as that of the page."""
    from docx.oxml import OxmlElement

    field, run, shown = element("w:fldSimple", instr=instruction), OxmlElement("w:r"), OxmlElement("w:t")
    shown.text = "1"
    run.append(shown)
    field.append(run)
    return field


def _points(count: float) -> Any:
    from docx.shared import Pt

    return Pt(count)


def _region(language: str) -> str:
    return _REGIONS.get(language, language)


def _without_times(made: BytesIO) -> bytes:
    """The same package without the moment of writing, which the zip format notes for each part."""
    kept = BytesIO()
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(zipfile.ZipInfo(name), before.read(name), zipfile.ZIP_DEFLATED)
    return kept.getvalue()
