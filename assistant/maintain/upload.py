"""Receiving a form with a file: streamed to the data folder, never whole in memory, and nothing stays of what is broken off."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import anyio
from starlette.requests import ClientDisconnect, Request

from corpus.errors import StoreError

if TYPE_CHECKING:
    from python_multipart import FormParser
    from python_multipart.multipart import File

_LONGEST_NAME = 100
_STALE = 86_400
"""Seconds after which what a killed server left is removed."""
_FIELDS = 20_000
"""Bytes of everything in the form that is no file."""
_LINGER = 2.0


class UploadError(Exception):
    """The form was not received; ``reason`` is the ending of a text ``upload_…`` in ``prompts/maintain.toml``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Form:
    """What was sent.

    Attributes:
        file: where it lies, in a folder of its own that belongs to whoever receives the form; None when none was chosen.
    """

    fields: Mapping[str, str]
    file: Path | None


async def receive_form(request: Request, uploads: Path, limit: int) -> Form:
    """Receive a form of ``multipart/form-data``; its file may have ``limit`` bytes.

    Raises:
        UploadError: too large, broken off or no such form.
        StoreError: it cannot be written.
    """
    try:
        uploads.mkdir(parents=True, exist_ok=True)
        _tidy(uploads)
        folder = Path(mkdtemp(dir=uploads))
    except OSError as error:
        raise StoreError("data-unwritable", folder=uploads.parent, reason=error.strerror or error) from error
    with _removed_on_failure(folder):
        form = await _receive(request, folder, limit)
        if form.file is None:
            shutil.rmtree(folder)
        return form


def file_name(sent: str) -> str:
    """A name without folders, hidden beginnings or signs that could mean something to a system.

    >>> file_name("C:\\\\stukken\\\\..Plan 2026 (def).pdf")
    'Plan 2026 -def-.pdf'
    """
    last = re.split(r"[/\\]", sent)[-1]
    plain = re.sub(r"[^\w .-]+", "-", last).lstrip(". ").strip()
    stem, dot, ending = plain.rpartition(".")
    room = _LONGEST_NAME - len(dot + ending)
    return (f"{stem[:room]}{dot}{ending}" if dot and room > 0 else plain[:_LONGEST_NAME]) or "document"


async def _receive(request: Request, folder: Path, limit: int) -> Form:
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import Field, create_form_parser

    fields: dict[str, str] = {}
    files: list[File] = []

    def keep(field: Field) -> None:
        fields[(field.field_name or b"").decode(errors="replace")] = (field.value or b"").decode(errors="replace")

    try:
        headers = {"Content-Type": request.headers.get("content-type", "").encode("latin-1")}
        where = {"UPLOAD_DIR": str(folder), "UPLOAD_DELETE_TMP": False, "MAX_MEMORY_FILE_SIZE": 0}
        parser = create_form_parser(headers, keep, files.append, config=where)
        await _fill(parser, request, limit)
        parser.finalize()
    except ClientDisconnect as error:
        raise UploadError("stopped") from error
    except FormParserError as error:
        raise UploadError("malformed") from error
    except OSError as error:
        raise StoreError("data-unwritable", folder=folder.parent.parent, reason=error.strerror or error) from error
    return Form(fields, _placed(files, folder, limit))


async def _fill(parser: FormParser, request: Request, limit: int) -> None:
    size, parts = 0, request.stream()
    async for part in parts:
        size += len(part)
        if size > limit + _FIELDS:
            await _drain(parts)
            raise UploadError("large")
        await anyio.to_thread.run_sync(parser.write, part)


async def _drain(parts: AsyncIterator[bytes]) -> None:
    """Read on for a moment, so that a browser that is still sending sees the answer and not a broken connection."""
    with anyio.move_on_after(_LINGER):
        async for _ in parts:
            pass


def _placed(files: list[File], folder: Path, limit: int) -> Path | None:
    """The one file that was sent, under its own name; None when its field was left empty."""
    sent = [(file, file.file_name.decode(errors="replace")) for file in files if file.file_name and file.size]
    for file in files:
        file.close()
    if not sent:
        return None
    file, name = sent[0]
    if len(sent) > 1 or file.actual_file_name is None:
        raise UploadError("malformed")
    if file.size > limit:
        raise UploadError("large")
    return Path(file.actual_file_name.decode()).rename(folder / file_name(name))


@contextmanager
def _removed_on_failure(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _tidy(uploads: Path) -> None:
    for left in uploads.iterdir():
        if time.time() - left.stat().st_mtime > _STALE:
            shutil.rmtree(left, ignore_errors=True)
