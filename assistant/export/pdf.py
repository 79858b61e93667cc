"""A document as a tagged PDF (PDF/UA-1 and PDF/A-2a), set by typst with the fonts that it brings along."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from importlib.resources import files
from typing import Any

from assistant.export.document import Document, ExportError

_STANDARDS: list[Any] = ["a-2a", "ua-1"]


def to_pdf(document: Document) -> bytes:
    """The document as PDF: the same document gives the same bytes.

    Texts reach the layout (``layout.typ``) as data, so that nothing in them is ever read as typst's markup. A character without a
    shape in typst's fonts (an emoji in a question) is forbidden by both standards: such a file is tagged but claims neither.

    Raises:
        ExportError: typst is not installed, cannot be loaded on this machine, or failed.
    """
    try:
        import typst
    except ImportError as error:
        raise ExportError("export-failed", form="PDF", reason=error) from error
    layout = (files("assistant.export") / "layout.typ").read_bytes()
    settings: dict[str, Any] = {
        "format": "pdf",
        "ignore_system_fonts": True,
        "sys_inputs": {"document": json.dumps(asdict(document), default=str, ensure_ascii=False)},
        "timestamp": datetime.combine(document.date, time(), UTC),
    }
    try:
        return bytes(typst.compile(layout, **settings, pdf_standards=_STANDARDS))
    except typst.TypstError:
        # Another fault than a missing shape comes back below.
        pass
    try:
        return bytes(typst.compile(layout, **settings))
    except typst.TypstError as error:
        raise ExportError("export-failed", form="PDF", reason=error.message) from error
