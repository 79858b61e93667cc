"""Fetching a cited work: its links in their order, what came of each, and its text as a publication of the second tier.

<data>/sources/<slug>/state.json         what is known: file, address, date, checksum, kind, size, and what each link gave
<data>/sources/<slug>/received.<ending>  the file as it was received
<data>/sources/<slug>/publication.json   its text (``corpus/fetched.py``)
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.cited import CitedWork
from corpus.errors import CorpusError, FetchError, ReadingError
from corpus.fetch import Downloaded, checksum, download
from corpus.fetched import FILE, publication_of, write_publication
from corpus.links import check_received, ending
from corpus.part import Validators
from corpus.readers.run import read_file
from corpus.robots import Robots

STATE = "state.json"
_RECEIVED = "received"
_INCOMING = "incoming"


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one download: bytes and seconds (``corpus.fetch.download``)."""

    largest: int = 100_000_000
    seconds: float = 300


_LIMITS = Limits()
READER = 1
"""How texts are made from files; raised when that changes, so that files that are kept are read again."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link gave: ``problem`` is the code of an error, ``said`` its message; both None when it gave the source.

    ``changed``: it gives another file than the one that is held.
    """

    url: str
    problem: str | None = None
    said: str | None = None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a cited work.

    Attributes:
        sources: the descriptions that it was fetched for, ``publication:source``.
        links: what each link gave when it was last tried; those after the one that gave the source were not tried.
        checked: when that was, in UTC.
        url: the link that gave the source; None: none ever did. All below is None with it.
        final: the address that it came from in the end.
        file: the name of the file as received.
        kind: its content type; None also when the server said none.
        fetched: when the file came, in UTC.
        before: checksum of the file that it took the place of; None when it is the first.
        reader: ``READER`` when its text was made; None: its text could not be read.
        unread: why not.
    """

    sources: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    checked: str | None = None
    url: str | None = None
    final: str | None = None
    file: str | None = None
    kind: str | None = None
    size: int | None = None
    sha256: str | None = None
    fetched: str | None = None
    etag: str | None = None
    modified: str | None = None
    before: str | None = None
    reader: int | None = None
    unread: str | None = None

    @property
    def loaded(self) -> bool:
        """Whether its text can be searched once an index is built."""
        return self.reader is not None


def read_state(folder: Path) -> State:
    """The state that a work's folder holds; an empty one where none is.

    Raises:
        CorpusError: it cannot be read.
    """
    file = folder / STATE
    if not file.is_file():
        return State()
    try:
        data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        data["links"] = tuple(Link(**link) for link in data["links"])
        return State(**{**data, "sources": tuple(data["sources"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError("file-unreadable", file=file, reason=error) from error


def known_slugs(sources: Path) -> dict[str, str]:
    """The names that works were given earlier in a data folder, by ``publication:source``."""
    folders = sorted(file.parent for file in sources.glob(f"*/{STATE}"))
    return {source: folder.name for folder in folders for source in read_state(folder).sources}


def look(url: str, state: State, robots: Robots, limits: Limits = _LIMITS) -> Link:
    """What a link gives now; nothing of it is kept."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            got = _get(url, state, Path(folder), robots, limits, whole=True)
        except FetchError as error:
            return Link(url, error.code, error.message)
        return Link(url, changed=not got.unchanged and state.url == url and got.sha256 != state.sha256)


def collect(work: CitedWork, sources: Path, robots: Robots, limits: Limits = _LIMITS) -> State:
    """Fetch a work and read it; what has not changed is not fetched again. Failures are told in the state.

    Args:
        sources: the folder that holds one folder a work.

    Raises:
        FetchError: the folder cannot be written, or another process is fetching this work.
    """
    from filelock import FileLock, Timeout

    try:
        (sources / work.slug).mkdir(parents=True, exist_ok=True)
        with FileLock(sources / f".{work.slug}.lock", timeout=0):
            return _collect(work, sources / work.slug, robots, limits)
    except Timeout as error:
        raise FetchError("fetch-busy", folder=sources / work.slug) from error
    except OSError as error:
        raise FetchError("fetch-disk", file=sources / work.slug, reason=error.strerror or error) from error


def _collect(work: CitedWork, folder: Path, robots: Robots, limits: Limits) -> State:
    state = replace(_try_links(work, folder, robots, limits), sources=work.sources, checked=_now())
    state = _read(work, state, folder)
    _write(state, folder)
    return state


def _try_links(work: CitedWork, folder: Path, robots: Robots, limits: Limits) -> State:
    """The state after the first link that gives the source; as it was, but for the links, when none does."""
    state, tried = read_state(folder), []
    whole = _is_whole(folder, state)
    for url in work.links:
        try:
            got = _get(url, state, folder, robots, limits, whole=whole)
        except FetchError as error:
            if error.code == "fetch-disk":
                raise
            tried.append(Link(url, error.code, error.message))
            continue
        tried.append(Link(url))
        return replace(_received(url, got, state, folder), links=tuple(tried))
    return replace(state, links=tuple(tried))


def _get(url: str, state: State, folder: Path, robots: Robots, limits: Limits, *, whole: bool) -> Downloaded:
    """Fetch what a link gives and look whether it is the source; ``whole``: the file of the state is held as it was."""
    since = Validators(state.etag, state.modified) if state.url == url and whole else None
    # The incoming file has a name of its own, so that the one that is held stays until the new one has been looked at.
    target = folder / _INCOMING
    try:
        got = download(url, target, allowed=robots.check, since=since, largest=limits.largest, timeout=limits.seconds)
        if not got.unchanged:
            check_received(url, got.url, got.file, got.kind)
    except FetchError:
        target.unlink(missing_ok=True)
        raise
    return got


def _received(url: str, got: Downloaded, state: State, folder: Path) -> State:
    """Put the file in its place and tell what it is."""
    if got.unchanged or (state.sha256 == got.sha256 and state.url == url and _is_whole(folder, state)):
        got.file.unlink(missing_ok=True)
        return replace(state, final=got.url, etag=got.validators.etag, modified=got.validators.modified)
    name = _RECEIVED + ending(got.file, got.kind)
    size = got.file.stat().st_size
    if state.file and state.file != name:
        (folder / state.file).unlink(missing_ok=True)
    os.replace(got.file, folder / name)
    return State(
        url=url,
        final=got.url,
        file=name,
        kind=got.kind,
        size=size,
        sha256=got.sha256,
        fetched=_now(),
        etag=got.validators.etag,
        modified=got.validators.modified,
        before=state.sha256,
    )


def _read(work: CitedWork, state: State, folder: Path) -> State:
    """Make the text, unless there is one of this very file and description."""
    if state.file is None or state.fetched is None or state.url is None:
        return state
    before = read_state(folder)
    if state.reader == READER and (folder / FILE).is_file() and before.sources == work.sources:
        return state
    try:
        publication = publication_of(work, read_file(folder / state.file), state.url, state.fetched)
    except (ReadingError, FetchError) as error:
        (folder / FILE).unlink(missing_ok=True)
        return replace(state, reader=None, unread=error.message)
    write_publication(publication, folder)
    return replace(state, reader=READER, unread=None)


def _write(state: State, folder: Path) -> None:
    half = folder / f".{STATE}"
    half.write_text(json.dumps(asdict(state), ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(half, folder / STATE)


def _is_whole(folder: Path, state: State) -> bool:
    """Whether the file as received is there and as it was."""
    if state.file is None or not (folder / state.file).is_file():
        return False
    return checksum(folder / state.file) == state.sha256


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
