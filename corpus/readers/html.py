"""HTML: the main content as a person sees it. What is hidden is left out and told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from corpus.errors import ReadingError
from corpus.readers.decode import decode
from corpus.readers.flow import Flow
from corpus.readers.hidden import Hiding, background_of
from corpus.readers.notes import Notes
from corpus.readers.reading import NO_PAGE, LeftOut, PageNote, Passage, PassageKind, Reading, Reason
from corpus.repair import one_line

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_AROUND = frozenset({"nav", "footer", "form", "menu"})
_AROUND_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "menubar", "dialog", "alertdialog"})
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "header", "hgroup", "hr", "html", "legend", "li", "main", "ol", "p",
    "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
} | set(_HEADINGS)  # fmt: skip
_AROUND_CLASSES = re.compile(
    r"(?:^|\s)(?:nav(?:bar|header|footer|igation)?|menu|breadcrumbs?|(?:sphinx)?sidebar|cookie\S*|skip\S*)(?=\s|$)", re.I
)
_DEEP = "depth"
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def read_html(file: Path) -> Reading:
    """Read a page.

    Raises:
        ReadingError: not text, or nested deeper than any page is.
    """
    source, guessed = decode(file)
    root = _parsed(source, file.name)
    walk = _Walk(root)
    reasons = [Reason("encoding", guessed)] if guessed else []
    if any(part.code == "hidden" for part in walk.left_out):
        reasons.append(Reason("hidden"))
    reasons += [Reason("table")] if any(passage.kind == "table" for passage in walk.passages) else []
    return Reading(
        "html",
        tuple(walk.passages),
        (PageNote(1, NO_PAGE, tuple(reasons)),),
        tuple(walk.left_out),
        title=_meta(root, "og:title", "dc.title", "dcterms.title") or one_line(root.findtext(".//title") or "") or None,
        author=_meta(root, "author", "dc.creator", "dcterms.creator", "og:site_name"),
        year=_year(_meta(root, "article:published_time", "dcterms.issued", "dc.date", "dcterms.date", "date")),
        language=(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "")[:2].lower() or None,
    )


def fragment(content: str) -> list[Passage]:
    """The passages of a piece of HTML within another text; empty when it shows nothing.

    Raises:
        ReadingError: nested deeper than any page is.
    """
    return _Walk(_parsed(content, "")).passages if re.search(r"<\w", content) and one_line(content) else []


def _parsed(source: str, name: str) -> Any:
    from lxml import etree

    # A declared encoding holds for bytes; the text has been decoded already.
    source = re.sub(r"^\s*<\?xml[^>]*\?>", "", source)
    parser = etree.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    root = etree.fromstring(source, parser) if source.strip() else None
    if root is None:
        raise ReadingError("reading-no-text", file=name)
    if any(_DEEP in entry.message.lower() for entry in parser.error_log):
        raise ReadingError("reading-deep", file=name)
    return root


def _meta(root: Any, *names: str) -> str | None:
    found = {(m.get("name") or m.get("property") or "").lower(): m.get("content") for m in root.iter("meta")}
    return next((one_line(found[name]) for name in names if found.get(name)), None)


def _year(date: str | None) -> int | None:
    match = _YEAR.search(date or "")
    return int(match.group()) if match else None


def _content(root: Any, hiding: Hiding) -> Any:
    """The element that holds the main content."""
    for path in (".//main", './/*[@role="main"]', ".//article"):
        found = [element for element in root.iterfind(path) if not hiding.hides(element, "")]
        if len(found) == 1:
            return found[0]
    body = root.find("body")
    return body if body is not None else root


class _Walk:
    """Walks the main content once: ``passages`` in order, and what was ``left_out``."""

    def __init__(self, root: Any) -> None:
        self.passages: list[Passage] = []
        self.left_out: list[LeftOut] = []
        self._hiding = Hiding("\n".join(style.text or "" for style in root.iter("style")))
        self._flow = Flow()
        self._lists: list[int | None] = []
        self._box: int | None = None
        self._boxes = 0
        self._quoted = 0
        content = _content(root, self._hiding)
        self._notes = Notes(root, content)
        self._leave_out_around(content)
        self._walk(content, "")
        self._flush()
        for label, note in self._notes.outside():
            self._note(note, label, "")

    def _walk(self, element: Any, behind: str) -> None:
        if self._hiding.hides(element, behind):
            self._leave_out("hidden", element)
            return
        if self._is_around(element):
            self._leave_out("furniture", element)
            return
        label = self._notes.label_of(element)
        if label is not None:
            self._note(element, label, behind)
            return
        behind = background_of(element, behind)
        if element.tag in _HEADINGS:
            self._heading(element, behind)
        elif element.tag in ("ul", "ol", "menu"):
            self._list(element, behind)
        elif element.tag == "table" and _is_table(element):
            self._table(element)
        elif element.tag in ("aside", "blockquote"):
            self._framed(element, behind)
        else:
            self._inner(element, behind)

    def _inner(self, element: Any, behind: str) -> None:
        """What is in an element, with a passage's end before and after when it is a block."""
        block = element.tag in _BLOCKS
        if block:
            self._end_block()
        self._flow.add(element.text)
        for child in element:
            mark = self._notes.mark_of(child)
            if mark is not None:
                self._flow.mark(mark)
            elif not self._notes.is_way_back(child):
                if child.tag in ("br", "hr"):
                    self._flow.add(" ")
                self._walk(child, behind)
            self._flow.add(child.tail)
        if block:
            self._end_block()

    def _end_block(self) -> None:
        # Within a list a block only parts words: the item goes on.
        if self._lists:
            self._flow.add(" ")
        else:
            self._flush()

    def _flush(self, kind: PassageKind | None = None, level: int = 0) -> None:
        kind = kind or ("quotation" if self._quoted else "paragraph")
        passage = self._flow.take(kind, level=level, box=self._box)
        if passage:
            self.passages.append(passage)

    def _heading(self, element: Any, behind: str) -> None:
        if self._lists:
            self._inner(element, behind)
            return
        self._flush()
        # Inside its own flow a heading is one line, whatever blocks it holds.
        self._lists.append(None)
        self._inner(element, behind)
        self._lists.pop()
        self._flush("heading", _HEADINGS[element.tag])

    def _list(self, element: Any, behind: str) -> None:
        if not self._lists:
            self._flush()
        self._lists.append(_number(element.get("start"), 1) if element.tag == "ol" else None)
        for child in element:
            if child.tag != "li" or self._hiding.hides(child, behind) or self._notes.label_of(child) is not None:
                self._walk(child, behind)
                continue
            number = self._lists[-1]
            if number is not None:
                number = _number(child.get("value"), number)
                self._lists[-1] = number + 1
            self._flow.line("- " if number is None else f"{number}. ")
            self._inner(child, background_of(child, behind))
        self._lists.pop()
        if not self._lists:
            self._flush("list")

    def _table(self, table: Any) -> None:
        self._end_block()
        kept, self._lists = self._lists, [None]
        inside = bool(kept)
        for row in table.iter("tr"):
            if not inside:
                self._flow.line("")
            for number, cell in enumerate(cell for cell in row if cell.tag in ("td", "th")):
                if number:
                    self._flow.add(" | ")
                if not self._hiding.hides(cell, ""):
                    self._inner(cell, "")
        self._lists = kept
        if not inside:
            self._flush("table")

    def _framed(self, element: Any, behind: str) -> None:
        if self._lists or self._box is not None or self._quoted:
            self._inner(element, behind)
            return
        self._flush()
        if element.tag == "blockquote":
            self._quoted = 1
        else:
            self._boxes += 1
            self._box = self._boxes
        self._inner(element, behind)
        self._quoted, self._box = 0, None

    def _note(self, element: Any, label: str, behind: str) -> None:
        kept, self._flow, lists, self._lists = self._flow, Flow(), self._lists, [None]
        self._inner(element, background_of(element, behind))
        text = Notes.without_label(self._flow.text.strip(), label)
        self._flow, self._lists = kept, lists
        if text:
            self.passages.append(Passage("footnote", text, label=label))

    def _is_around(self, element: Any) -> bool:
        parent = element.getparent()
        header = element.tag == "header" and parent is not None and parent.tag == "body" and element.find(".//h1") is None
        around = header or element.tag in _AROUND or element.get("role") in _AROUND_ROLES
        around = around or bool(_AROUND_CLASSES.search(element.get("class", "")))
        return around and not self._notes.holds(element)

    def _leave_out_around(self, content: Any) -> None:
        """Tell of what stands beside the main content."""
        inner = content
        for outer in content.iterancestors():
            for child in outer:
                if child is not inner and not self._notes.holds(child):
                    self._leave_out("hidden" if self._hiding.hides(child, "") else "furniture", child)
            inner = outer

    def _leave_out(self, code: str, element: Any) -> None:
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "template", "head", "svg"):
            return
        text = one_line(" ".join(element.itertext()))
        if text:
            self.left_out.append(LeftOut(code, NO_PAGE, text))


def _is_table(table: Any) -> bool:
    """Whether a table holds data: more than one column somewhere, and no headings or tables that only lay out a page."""
    rows = [sum(cell.tag in ("td", "th") for cell in row) for row in table.iter("tr")]
    return max(rows, default=0) > 1 and not any(e.tag in _HEADINGS or e.tag == "table" for e in table.iterdescendants())


def _number(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,6}", text) else default
