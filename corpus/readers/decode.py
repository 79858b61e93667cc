"""Bytes of a text file to text."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from corpus.errors import ReadingError
from corpus.repair import UNREADABLE

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_BINARY_SHARE = 0.02


def decode(file: Path) -> tuple[str, str | None]:
    """The text of a file, and the encoding when it had to be guessed (None: it was known).

    Known is a byte order mark, valid UTF-8, or a declaration within the first 2 kB that fits. Else it is read as Windows-1252,
    the usual one of old Dutch files, with what that lacks as ``UNREADABLE``.

    Raises:
        ReadingError: not text.
    """
    raw = file.read_bytes()
    text, guessed = _decoded(raw)
    strange = sum((character < " " and character not in "\n\r\t\f") or character == UNREADABLE for character in text)
    if strange > _BINARY_SHARE * len(text):
        raise ReadingError("reading-binary", file=file.name)
    return text.replace("\r\n", "\n").replace("\r", "\n"), guessed


def _decoded(raw: bytes) -> tuple[str, str | None]:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace"), None
    try:
        return raw.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(raw[:2048])
    if declared:
        try:
            return raw.decode(declared.group(1).decode("ascii", errors="replace")), None
        except (LookupError, UnicodeDecodeError):
            pass
    if raw[1:200:2].count(0) > 40:
        return raw.decode("utf-16-le", errors="replace"), "utf-16-le"
    return raw.decode("cp1252", errors="replace"), "cp1252"
