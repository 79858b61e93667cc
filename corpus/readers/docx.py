"""Word files (.docx), read from their XML. What Word does not show is left out: hidden text, tracked deletions, fields' codes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.errors import ReadingError
from corpus.readers.flow import Flow
from corpus.readers.limits import Limits
from corpus.readers.numerals import roman
from corpus.readers.package import Package, W
from corpus.readers.reading import NO_PAGE, LeftOut, PageNote, Passage, Reading, Reason
from corpus.readers.styles import Numbering, Styles
from corpus.repair import one_line

_SKIPPED = frozenset(W + name for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "sectPr", "tblPr", "tcPr"))
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DUBLIN = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")


def read_docx(file: Path, limits: Limits) -> Reading:
    """Read a Word file.

    Raises:
        ReadingError: damaged, encrypted, or it would unpack to more than the limits.
    """
    package = Package(file, limits)
    document = package.part("word/document.xml")
    body = document.find(W + "body") if document is not None else None
    if body is None:
        raise ReadingError("reading-damaged", file=file.name, reason="word/document.xml")
    walk = _Walk(package)
    walk.blocks(body)
    passages = [*walk.passages, *walk.notes()]
    reasons = [Reason("hidden")] if any(part.code == "hidden" for part in walk.left_out) else []
    reasons += [Reason("table")] if any(passage.kind == "table" for passage in passages) else []
    core = package.part("docProps/core.xml")
    created = (core.findtext(_TERMS + "modified") or core.findtext(_TERMS + "created") or "") if core is not None else ""
    return Reading(
        "docx",
        tuple(passages),
        (PageNote(1, NO_PAGE, tuple(reasons)),),
        tuple(walk.left_out),
        title=_said(core, "title"),
        author=_said(core, "creator"),
        year=int(created[:4]) if created[:4].isdigit() else None,
        language=_said(core, "language") or _language(package),
    )


def _said(core: Any, name: str) -> str | None:
    return (one_line(core.findtext(_DUBLIN + name) or "") or None) if core is not None else None


def _language(package: Package) -> str | None:
    root = package.part("word/styles.xml")
    found = root.find(f".//{W}rPrDefault//{W}lang") if root is not None else None
    return (found.get(W + "val") or "")[:2].lower() or None if found is not None else None


class _Walk:
    """Walks the body once, and the notes when it has met their marks."""

    def __init__(self, package: Package) -> None:
        self.passages: list[Passage] = []
        self.left_out: list[LeftOut] = []
        self._package = package
        self._styles = Styles(package)
        self._numbering = Numbering(package)
        self._flow = Flow()
        self._listed = False
        self._labels: dict[tuple[str, str], str] = {}
        self._later: list[Any] = []
        self._box: int | None = None
        self._boxes = 0

    def blocks(self, holder: Any) -> None:
        """Read the paragraphs and tables of a body, cell or text box."""
        for element in holder:
            if element.tag == W + "p":
                self._paragraph(element)
            elif element.tag == W + "tbl":
                self._end_list()
                self._table(element)
            elif element.tag == W + "sdt":
                content = element.find(W + "sdtContent")
                if content is not None:
                    self.blocks(content)
            elif element.tag in (W + "ins", W + "moveTo", W + "customXml", W + "smartTag"):
                self.blocks(element)
        self._end_list()

    def _paragraph(self, paragraph: Any) -> None:
        level = self._styles.level(paragraph)
        listed = self._styles.numbering(paragraph)
        if listed and not level:
            self._listed = True
            self._flow.line(self._numbering.lead(*listed))
            self._inline(paragraph, paragraph)
        else:
            self._end_list()
            self._inline(paragraph, paragraph)
            self._end_paragraph(paragraph, level)
        boxes, self._later = self._later, []
        for box in boxes:
            self._end_list()
            self._read_box(box)

    def _end_paragraph(self, paragraph: Any, level: int) -> None:
        kind = "heading" if level else "quotation" if self._styles.is_quotation(paragraph) else "paragraph"
        passage = self._flow.take(kind, level=level, box=self._box)  # type: ignore[arg-type]
        if passage is None:
            return
        if self._styles.is_contents(paragraph):
            self.left_out.append(LeftOut("contents", NO_PAGE, passage.text))
        else:
            self.passages.append(passage)

    def _end_list(self) -> None:
        if self._listed:
            passage = self._flow.take("list", box=self._box)
            self.passages += [passage] if passage else []
        self._listed = False

    def _read_box(self, content: Any) -> None:
        kept = self._box
        if kept is None:
            self._boxes += 1
            self._box = self._boxes
        self.blocks(content)
        self._box = kept

    def _inline(self, element: Any, paragraph: Any) -> None:
        for child in element:
            if child.tag in _SKIPPED or child.tag == _CHOICE + "Fallback" or not isinstance(child.tag, str):
                continue
            if child.tag == W + "r" and self._styles.is_hidden(child, paragraph):
                self._leave_out(child)
            elif child.tag == W + "txbxContent":
                self._later.append(child)
            elif not self._piece(child):
                self._inline(child, paragraph)

    def _piece(self, child: Any) -> bool:
        """Take over a piece of text; False when the element is none, but may hold some."""
        match child.tag.removeprefix(W):
            case "t":
                self._flow.add(child.text)
            case "tab" | "br" | "cr" | "ptab":
                self._flow.add(" ")
            case "noBreakHyphen":
                self._flow.add("-")
            case "footnoteReference" | "endnoteReference" as tag:
                self._mark(tag.removesuffix("Reference"), child.get(W + "id") or "")
            case _:
                return False
        return True

    def _mark(self, kind: str, identifier: str) -> None:
        number = sum(known == kind for known, _ in self._labels) + 1
        label = self._labels.setdefault((kind, identifier), str(number) if kind == "footnote" else roman(number))
        self._flow.mark(label)

    def notes(self) -> Iterator[Passage]:
        """The footnotes and endnotes, in the order of their marks; those without a mark after them."""
        found: dict[tuple[str, str], str] = {}
        for kind in ("footnote", "endnote"):
            root = self._package.part(f"word/{kind}s.xml")
            for note in root.iter(W + kind) if root is not None else ():
                if note.get(W + "type") not in _SEPARATORS:
                    found[kind, note.get(W + "id") or ""] = self._note_text(note)
        for key, text in found.items():
            if text and key not in self._labels:
                self._labels[key] = f"x{len(self._labels) + 1}"
        for key, label in self._labels.items():
            if found.get(key):
                yield Passage("footnote", found[key], label=label)

    def _note_text(self, note: Any) -> str:
        self._flow = Flow()
        for paragraph in note.iter(W + "p"):
            self._flow.add(" ")
            self._inline(paragraph, paragraph)
        return self._flow.text.strip()

    def _table(self, table: Any) -> None:
        rows = [row for row in table.iter(W + "tr") if next(row.iterancestors(W + "tbl")) is table]
        cells = [[cell for cell in row.iter(W + "tc") if next(cell.iterancestors(W + "tr")) is row] for row in rows]
        if max(map(len, cells), default=0) == 1:
            # A table of one column is a frame.
            for row in cells:
                for cell in row:
                    self._read_box(cell)
            return
        for row in cells:
            self._flow.line("")
            for number, cell in enumerate(row):
                if number:
                    self._flow.add(" | ")
                if not _is_merged(cell):
                    for paragraph in cell.iter(W + "p"):
                        self._flow.add(" ")
                        self._inline(paragraph, paragraph)
        passage = self._flow.take("table", box=self._box)
        self.passages += [passage] if passage else []

    def _leave_out(self, run: Any) -> None:
        text = one_line("".join(piece.text or "" for piece in run.iter(W + "t")))
        if text:
            self.left_out.append(LeftOut("hidden", NO_PAGE, text))


def _is_merged(cell: Any) -> bool:
    """Whether a cell only goes on with the one above it."""
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    return merge is not None and merge.get(W + "val", "continue") == "continue"
