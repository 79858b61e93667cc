"""``corpus add``: a file or page becomes a draft publication in the data folder. The composition root adds the command."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from corpus.draft import About, Draft
    from corpus.publication import Publication
    from corpus.readers.reading import Reading

_ADDRESS = re.compile(r"https?://", re.I)
_ANY_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.I)
_TELLING = 50
"""Passages that tell the language."""
Fetch = Callable[[str, Path], Path]
"""Fetches an address to a path, and gives where the file is."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a maintainer says of a new publication. None: as the file says, else guessed and told in the report.

    Attributes:
        replaces: id of the edition that it replaces.
        again: whether a draft of this id may be replaced.
        seconds: that reading the file may take.
    """

    id: str
    title: str
    year: int | None = None
    publisher: str | None = None
    url: str | None = None
    language: str | None = None
    replaces: str | None = None
    again: bool = False
    seconds: int | None = None


def add_command(
    source: Annotated[
        str, typer.Argument(metavar="FILE_OR_URL", help="Een bestand (PDF, Word, HTML, Markdown, tekst) of adres.")
    ],
    id: Annotated[str, typer.Option(help="Id van de publicatie, zoals crm-2026.")],
    title: Annotated[str, typer.Option(help="Titel zoals gedrukt.")],
    year: Annotated[int | None, typer.Option(help="Jaar van uitgave.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Uitgever.")] = None,
    url: Annotated[str | None, typer.Option(help="Adres waar de publicatie te vinden is.")] = None,
    language: Annotated[str | None, typer.Option(help="nl of en; anders wordt de taal herkend.")] = None,
    replaces: Annotated[str | None, typer.Option(help="Id van de uitgave die deze vervangt.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Vervang een eerder concept met dit id.")] = False,
    seconds: Annotated[int | None, typer.Option(min=1, max=3600, help="Hoe lang het lezen mag duren.")] = None,
) -> None:
    """Maak van een bestand of webpagina een concept-publicatie, met een verslag van wat gelezen is."""
    from assistant.render import text
    from assistant.settings import load_settings

    publications = load_settings().data.publications
    wishes = Wishes(id, title, year, publisher, url, language, replaces, again, seconds)
    draft, folder = add_publication(source, wishes, publications, fetched)
    print(text("draft_written", folder=folder, units=draft.units, notes=draft.notes))
    print(text("draft_doubts", count=draft.doubts, report=folder / "report.md"))
    if replaces:
        print(text("draft_bank", kept=len(draft.carried.questions), lost=len(draft.carried.lost), old=replaces))
    print(text("draft_next", folder=folder))


def fetched(url: str, target: Path) -> Path:
    """Fetch an address.

    Raises:
        FetchError: it cannot be fetched.
    """
    from corpus.fetch import download

    return download(url, target).file


def add_publication(source: str, wishes: Wishes, publications: Path, fetch: Fetch) -> tuple[Draft, Path]:
    """Read a file or address and write a draft of it.

    Args:
        publications: the data folder's publications.
        fetch: fetches an address.

    Raises:
        ReadingError: the file cannot be read, or the id is none, or taken.
        CorpusError, StoreError: the edition to replace does not exist, or the draft cannot be written.
    """
    from corpus.draft import draft_of, write_draft
    from corpus.drafting.report import Origin
    from corpus.errors import ReadingError

    _refuse(wishes, publications)
    old = _edition(wishes.replaces, publications)
    now = datetime.now(UTC).strftime("%Y-%m-%d")
    if not _ADDRESS.match(source):
        if _ANY_ADDRESS.match(source):
            raise ReadingError("reading-address", url=source)
        file = Path(source).expanduser()
        reading = _read(file, wishes)
        draft = draft_of(reading, _about(wishes, reading, old, None), Origin(file.name, _sum(file), now))
    else:
        with tempfile.TemporaryDirectory(prefix="wegwijzer-") as folder:
            file = fetch(source, Path(folder) / _name(source))
            reading = _read(file, wishes)
            draft = draft_of(reading, _about(wishes, reading, old, source), Origin(file.name, _sum(file), now, source))
    return draft, write_draft(draft, publications, again=wishes.again)


def _refuse(wishes: Wishes, publications: Path) -> None:
    """Say what is wrong with a wish before anything is read or fetched."""
    from corpus.errors import LocatorError, ReadingError
    from corpus.locator import is_id
    from corpus.publication import load_publications

    if not is_id(wishes.id):
        raise ReadingError("draft-id", id=wishes.id)
    if wishes.language not in (None, "nl", "en"):
        raise LocatorError("language-unknown", language=wishes.language)
    folder = publications / wishes.id
    if folder.exists() and not wishes.again:
        raise ReadingError("draft-exists", id=wishes.id, folder=folder)
    if not folder.exists() and wishes.id in {publication.id for publication in load_publications(publications)}:
        raise ReadingError("draft-exists", id=wishes.id, folder=wishes.id)


def _edition(identifier: str | None, publications: Path) -> Publication | None:
    from corpus.errors import ReadingError
    from corpus.publication import load_publications

    if identifier is None:
        return None
    known = {publication.id: publication for publication in load_publications(publications)}
    if identifier not in known:
        raise ReadingError("draft-replaces", id=identifier, known=", ".join(known))
    return known[identifier]


def _read(file: Path, wishes: Wishes) -> Reading:
    from dataclasses import replace

    from corpus.readers.limits import Limits
    from corpus.readers.run import read_file

    limits = Limits()
    return read_file(file, replace(limits, seconds=wishes.seconds) if wishes.seconds else limits)


def _about(wishes: Wishes, reading: Reading, old: Publication | None, address: str | None) -> About:
    from assistant.language import language_of
    from corpus.draft import About

    # What a file says of its language is often that of the program that made it.
    said = wishes.language or (old.language if old else None)
    language = said or language_of(" ".join(passage.text for passage in reading.passages[:_TELLING]))
    return About(wishes.id, wishes.title, language, wishes.publisher, wishes.year, wishes.url or address, old)


def _name(url: str) -> str:
    """A name for what an address gives; only its ending says anything, and what the file is is told by its content."""
    last = re.sub(r"[?#].*", "", url).rsplit("/", 1)[-1]
    return re.sub(r"[^\w.-]", "_", last)[-80:].lstrip(".") or "index.html"


def _sum(file: Path) -> str:
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
