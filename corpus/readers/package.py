"""A Word file as a zip archive of XML parts, opened with care: its directory is looked at before anything is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from corpus.errors import ReadingError
from corpus.readers.limits import Limits

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOST_PARTS = 10_000
_SMALL = 1_000_000
"""Bytes below which a part may be packed as tightly as it likes."""


class Package:
    """The XML parts of a Word file.

    Raises:
        ReadingError: no intact archive, encrypted, or one that would unpack to more than the limits.
    """

    def __init__(self, file: Path, limits: Limits) -> None:
        self._name = file.name
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise ReadingError("reading-damaged", file=file.name, reason=error) from error
        self._check(limits)

    def _check(self, limits: Limits) -> None:
        parts = self._archive.infolist()
        if any(part.flag_bits & 1 for part in parts):
            raise ReadingError("reading-encrypted", file=self._name)
        total = sum(part.file_size for part in parts)
        tight = any(part.file_size > max(_SMALL, limits.ratio * part.compress_size) for part in parts)
        names = [part.filename for part in parts]
        if len(parts) > _MOST_PARTS or total > limits.unpacked or tight or len(set(names)) != len(names):
            raise ReadingError("reading-bomb", file=self._name, size=total // 1_000_000, limit=limits.unpacked // 1_000_000)
        if any(".." in PurePosixPath(name).parts for name in names):
            raise ReadingError("reading-damaged", file=self._name, reason="..")

    def part(self, name: str) -> Any | None:
        """The root element of a part; None when the file has no such part.

        Raises:
            ReadingError: the part is damaged, no XML, or declares a document type, which no Word file does.
        """
        from lxml import etree

        try:
            # A part may be larger than its directory says: read no more than that.
            size = self._archive.getinfo(name).file_size
            with self._archive.open(name) as stream:
                raw = stream.read(size + 1)
        except KeyError:
            return None
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
            raise ReadingError("reading-damaged", file=self._name, reason=error) from error
        if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw or "<!DOCTYPE".encode("utf-16-le") in raw:
            raise ReadingError("reading-entities", file=self._name)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False)
        try:
            return etree.fromstring(raw, parser)
        except etree.XMLSyntaxError as error:
            raise ReadingError("reading-damaged", file=self._name, reason=error) from error


def value(element: Any, name: str, attribute: str = "val") -> str | None:
    """The attribute of a direct child; None when there is no such child or attribute."""
    child = element.find(W + name) if element is not None else None
    return child.get(W + attribute) if child is not None else None


def is_on(properties: Any, name: str) -> bool | None:
    """Whether a switch such as bold or hidden is on; None when it is not said."""
    child = properties.find(W + name) if properties is not None else None
    return None if child is None else child.get(W + "val", "true") not in ("0", "false", "off", "none")
