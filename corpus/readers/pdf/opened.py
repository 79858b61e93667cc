"""What a PDF says about itself: metadata, outline, page labels, and the headings of its structure. Read with pypdf."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import ReadingError
from corpus.readers.limits import Limits
from corpus.repair import one_line

if TYPE_CHECKING:
    from pypdf import PdfReader

_MOST_NODES = 200_000
_DEEPEST = 60
_HEADINGS = {f"/H{level}": f"H{level}" for level in range(1, 7)} | {"/Title": "H1", "/H": "H2"}


@dataclass(slots=True)
class Opened:
    """Attributes:
    outline: (title, level from 1) of each entry.
    labels: of the pages; empty when the file has none of its own.
    roles: (sheet, number of marked content) -> ("H1" to "H6", number of the heading).
    """

    title: str | None
    author: str | None
    year: int | None
    language: str | None
    outline: list[tuple[str, int]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    roles: dict[tuple[int, int], tuple[str, int]] = field(default_factory=dict)


def open_pdf(file: Path, limits: Limits) -> Opened:
    """Look at a PDF before its pages are read.

    Raises:
        ReadingError: damaged, encrypted with a password, without pages or with too many.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReadingError("reading-encrypted", file=file.name)
        count = len(reader.pages)
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ReadingError("reading-damaged", file=file.name, reason=str(error)[:200] or type(error).__name__) from error
    if count == 0:
        raise ReadingError("reading-damaged", file=file.name, reason="0")
    if count > limits.pages:
        raise ReadingError("reading-pages", file=file.name, count=count, limit=limits.pages)
    # These only help: a file in which one of them is broken is read without it.
    try:
        return _said(reader)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return Opened(None, None, None, None)


def _said(reader: PdfReader) -> Opened:
    about = reader.metadata
    root: Any = reader.trailer["/Root"]
    language = str(root.get("/Lang", ""))[:2].lower()
    created = about.creation_date if about else None
    return Opened(
        title=_text(about.title if about else None),
        author=_text(about.author if about else None),
        year=created.year if created else None,
        language=language if language.isalpha() else None,
        outline=list(_outline(reader.outline, 1)),
        labels=list(reader.page_labels) if "/PageLabels" in root else [],
        roles=_roles(reader),
    )


def _text(said: Any) -> str | None:
    return one_line(str(said)) or None if said else None


def _outline(entries: list[Any], level: int) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for entry in entries:
        if isinstance(entry, list):
            found += _outline(entry, level + 1)
        elif entry.title:
            found.append((one_line(str(entry.title)), level))
    return found


def _roles(reader: PdfReader) -> dict[tuple[int, int], tuple[str, int]]:
    """The headings that the structure tree names, by the marked content that they consist of."""
    root: Any = reader.trailer["/Root"]
    if "/StructTreeRoot" not in root:
        return {}
    tree = root["/StructTreeRoot"]
    walk = _Structure(reader, tree.get("/RoleMap", {}))
    walk.visit(tree.get("/K"), None, None, 0)
    return walk.roles


class _Structure:
    def __init__(self, reader: PdfReader, mapped: Any) -> None:
        self.roles: dict[tuple[int, int], tuple[str, int]] = {}
        self._headings = 0
        self._mapped = mapped.get_object() if hasattr(mapped, "get_object") else mapped
        self._sheets = {page.indirect_reference.idnum: n for n, page in enumerate(reader.pages, 1) if page.indirect_reference}
        self._left = _MOST_NODES

    def visit(self, node: Any, role: tuple[str, int] | None, sheet: int | None, depth: int) -> None:
        self._left -= 1
        if node is None or self._left < 0 or depth > _DEEPEST:
            return
        resolved = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(resolved, list):
            for child in resolved:
                self.visit(child, role, sheet, depth + 1)
        elif isinstance(resolved, int):
            if role and sheet:
                self.roles[sheet, int(resolved)] = role
        elif isinstance(resolved, dict):
            page = resolved.raw_get("/Pg") if "/Pg" in resolved else None  # type: ignore[attr-defined]
            sheet = self._sheets.get(getattr(page, "idnum", 0), sheet)
            if "/MCID" in resolved:
                self.visit(resolved["/MCID"], role, sheet, depth + 1)
            else:
                self.visit(resolved.get("/K"), self._role(str(resolved.get("/S", ""))) or role, sheet, depth + 1)

    def _role(self, name: str) -> tuple[str, int] | None:
        role = _HEADINGS.get(str(self._mapped.get(name, name))) or _HEADINGS.get(name)
        if role is None:
            return None
        self._headings += 1
        return role, self._headings
