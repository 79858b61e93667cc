"""What a file is, by its content and not by its name; then its reader reads it. Runs in the sandbox."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from corpus.errors import ReadingError
from corpus.readers.doubts import looked_through
from corpus.readers.limits import Limits
from corpus.readers.reading import FileKind, Reading, Reason

_EXTENSIONS: dict[str, FileKind] = {
    ".pdf": "pdf", ".docx": "docx", ".html": "html", ".htm": "html", ".xhtml": "html", ".md": "markdown", ".markdown": "markdown",
    ".txt": "text",
}  # fmt: skip
_HEAD = 4_096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"Rar!", b"\xfd7zXZ",
    b"II*\x00", b"MM\x00*", b"%!PS", b"SQLite format 3", b"RIFF", b"OggS", b"\x28\xb5\x2f\xfd",
)  # fmt: skip
_HTML = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|div|article|main|h1|p)\b", re.I | re.S
)
_TAGS = re.compile(rb"</(?:p|div|h[1-6]|li|td|body)>", re.I)
_XML = re.compile(rb"^\s*<\?xml|^\s*<!DOCTYPE(?! html)", re.I)
_MARKDOWN = re.compile(rb"^(?:#{1,6} \S|\{#[a-z0-9-]+ |\[\^[^\]]+\]: )", re.M)


def read(file: Path, limits: Limits) -> Reading:
    """Read a file with the reader for its content. A name that says otherwise is told as a reason.

    Raises:
        ReadingError: no reader is for such a file, or its reader gives up.
    """
    kind = kind_of(file)
    reading = looked_through(_reader(kind, file, limits))
    if len(reading.passages) > limits.passages:
        raise ReadingError("reading-passages", file=file.name, count=len(reading.passages), limit=limits.passages)
    if not reading.passages and reading.kind != "pdf":
        raise ReadingError("reading-no-text", file=file.name)
    expected = _EXTENSIONS.get(file.suffix.lower())
    # A note in Markdown is often kept as plain text, and plain text as Markdown.
    same = {kind, expected} <= {"markdown", "text"}
    if expected is not None and expected != kind and not same and reading.notes:
        reading = reading.with_reasons([(reading.notes[0].page, Reason("wrong-extension", f"{file.suffix} – {kind}"))])
    return reading


def _reader(kind: FileKind, file: Path, limits: Limits) -> Reading:
    if kind == "pdf":
        from corpus.readers.pdf import read_pdf

        return read_pdf(file, limits)
    if kind == "docx":
        from corpus.readers.docx import read_docx

        return read_docx(file, limits)
    if kind == "html":
        from corpus.readers.html import read_html

        return read_html(file)
    if kind == "markdown":
        from corpus.readers.markdown import read_markdown_file

        return read_markdown_file(file)
    from corpus.readers.text import read_text

    return read_text(file)


def kind_of(file: Path) -> FileKind:
    """The kind of a file.

    Raises:
        ReadingError: of another kind than is read here, or encrypted.
    """
    with file.open("rb") as stream:
        head = stream.read(_HEAD)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zipped(file)
    if head.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in file.read_bytes()
        raise ReadingError("reading-encrypted" if encrypted else "reading-old-word", file=file.name)
    if head.startswith(_FOREIGN):
        raise ReadingError("reading-kind", file=file.name)
    if _HTML.match(head) or len(_TAGS.findall(head)) >= 3:
        return "html"
    if _XML.match(head):
        raise ReadingError("reading-kind", file=file.name)
    if _MARKDOWN.search(head) or file.suffix.lower() in (".md", ".markdown"):
        return "markdown"
    return "text"


def _zipped(file: Path) -> FileKind:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ReadingError("reading-damaged", file=file.name, reason=error) from error
    if "word/document.xml" not in names:
        raise ReadingError("reading-kind", file=file.name)
    return "docx"
