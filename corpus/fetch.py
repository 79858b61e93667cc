"""Downloading one file: within limits, resumable, and never further than the address that was given allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import httpcore2
import httpx2

from corpus.errors import FetchError
from corpus.inflate import inflated
from corpus.links import fetch_words
from corpus.part import Part, Validators
from corpus.wire import Wire

_REDIRECTS = 5
_TRIES = 4
"""For a connection that is cut, or a server that is out of order for a moment."""
_PAUSE = 0.5
"""Seconds before the second try; each further one waits twice as long."""
_LONGEST_PAUSE = 10.0
_IDLE = 20.0
"""Seconds in which a server must say something."""
_MOVED = (301, 302, 303, 307, 308)
_LATER = (429, 500, 502, 503, 504)
_GONE = (404, 410)
_REFUSED = (401, 403, 451)

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that was fetched.

    Attributes:
        url: where it came from in the end.
        kind: the content type as the server says it, lower case, without parameters; None when it says none.
        validators: by which the server can be asked later whether it changed.
        unchanged: the server says that it is what ``since`` stands for: nothing was fetched, and ``sha256`` is empty.
    """

    file: Path
    url: str
    kind: str | None
    sha256: str
    validators: Validators
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One download: what is asked, and what every hop of it has to keep to."""

    url: str
    target: Path
    largest: int
    wire: Wire
    allowed: Callable[[str], None] | None
    since: Validators | None


class _Again(Exception):
    """Worth another try. ``pause``: seconds that the server asks to wait; None when it asks nothing."""

    def __init__(self, failure: FetchError, pause: float | None = None) -> None:
        super().__init__(failure.code)
        self.failure, self.pause = failure, pause


def download(
    url: str,
    target: Path,
    *,
    largest: int = 100_000_000,
    timeout: float = 60,
    allowed: Callable[[str], None] | None = None,
    since: Validators | None = None,
) -> Downloaded:
    """Fetch a file over http or https to ``target``, which appears whole or not at all.

    What has come is kept beside it as ``<target>.part`` when the transfer breaks off; the next call goes on from there,
    unless the server has another file by then.

    Args:
        largest: bytes, counted after decompression.
        timeout: seconds for everything together: redirects, waiting, further tries.
        allowed: is asked about the address of every hop, and raises FetchError for one that may not be fetched.
        since: of a file that the caller holds: nothing is fetched when the server says that it has not changed.

    Raises:
        FetchError: not an http address, no such host, a private network behind a public address, refused, not found, too
            large, too slow, no trusted connection, too many redirects, cut off, or it cannot be written.
    """
    wanted = _Wanted(_joined(url), target, largest, Wire(time.monotonic() + timeout), allowed, since)
    pause = _PAUSE
    for left in reversed(range(_TRIES)):
        try:
            return _try(wanted)
        except _Again as again:
            wait = min(pause if again.pause is None else again.pause, _LONGEST_PAUSE)
            if not left or time.monotonic() + wait >= wanted.wire.deadline:
                raise again.failure from again
            time.sleep(wait)
            pause *= 2
    raise AssertionError("unreachable")


def _try(wanted: _Wanted) -> Downloaded:
    try:
        return _fetch(wanted)
    except httpcore2.TimeoutException as error:
        raise FetchError("fetch-time", url=wanted.url) from error
    except httpcore2.ConnectError as error:  # a connection is made by then: what failed is its encryption
        raise FetchError("fetch-tls", url=wanted.url, reason=error) from error
    except httpcore2.ProxyError as error:
        raise FetchError("fetch-host", host=wanted.url, reason=error) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise _Again(FetchError("fetch-cut", url=wanted.url, reason=error)) from error
    except OSError as error:
        raise FetchError("fetch-disk", file=wanted.target, reason=error.strerror or error) from error


def _fetch(wanted: _Wanted) -> Downloaded:
    part = Part(wanted.target)
    try:
        return _receive(part, wanted)
    except FetchError as error:
        if error.code == "fetch-large":
            part.drop()
        raise


def _receive(part: Part, wanted: _Wanted) -> Downloaded:
    with _answer(wanted, {**_headers(), **_conditions(part, wanted)}) as (response, url):
        said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        kind = said.get("content-type", "").partition(";")[0].strip().lower() or None
        if response.status == 304 and wanted.since:
            return Downloaded(wanted.target, url, kind, "", wanted.since, unchanged=True)
        held = _begin(response.status, said, part, wanted)
        for piece in inflated(iter(response.iter_stream()), said.get("content-encoding", "identity")):
            held += len(piece)
            _check_size(held, wanted)
            part.add(piece)
    validators = part.finish()
    return Downloaded(wanted.target, url, kind, checksum(wanted.target), validators)


def _begin(status: int, said: Headers, part: Part, wanted: _Wanted) -> int:
    """Get the part ready for what comes; gives the bytes it holds already."""
    if status == 206 and part.goes_on(said.get("content-range", "")):
        held = part.size
    elif status == 200:
        held = 0
        encoded = said.get("content-encoding", "identity").lower() != "identity"
        part.start(wanted.url, Validators.of(said), resumable=not encoded)
    elif status in (206, 416):
        part.drop()
        raise _Again(FetchError("fetch-cut", url=wanted.url, reason=status), 0)
    elif status in _LATER:
        raise _Again(FetchError("fetch-status", url=wanted.url, status=status), _seconds(said.get("retry-after", "")))
    else:
        raise _refusal(status, wanted.url)
    announced = said.get("content-length", "0")
    _check_size(held + (int(announced) if announced.isdigit() else 0), wanted)
    return held


def _refusal(status: int, url: str) -> FetchError:
    if status in _GONE:
        return FetchError("fetch-not-found", url=url, status=status)
    if status in _REFUSED:
        return FetchError("fetch-forbidden", url=url, status=status)
    return FetchError("fetch-status", url=url, status=status)


def _check_size(size: int, wanted: _Wanted) -> None:
    if size > wanted.largest:
        raise FetchError("fetch-large", url=wanted.url, limit=wanted.largest // 1_000_000)


@contextmanager
def _answer(wanted: _Wanted, headers: Headers) -> Iterator[tuple[httpcore2.Response, str]]:
    """The answer at the end of the redirects, and its address."""
    url = wanted.url
    for _ in range(_REDIRECTS + 1):
        address = _address(url)
        wanted.wire.visit(url)
        if wanted.allowed:
            wanted.allowed(url)
        timeouts = {"connect": _IDLE, "read": _IDLE, "write": _IDLE, "pool": _IDLE}
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        with wanted.wire.pool(url) as pool, pool.stream("GET", address, headers=sent, extensions={"timeout": timeouts}) as answer:
            onward = dict(answer.headers).get(b"Location") or dict(answer.headers).get(b"location")
            if answer.status not in _MOVED or onward is None:
                yield answer, url
                return
        url = _joined(url, onward.decode("latin-1"))
    raise FetchError("fetch-redirects", url=wanted.url, limit=_REDIRECTS)


def _joined(url: str, onward: str = "") -> str:
    """Where an address leads, without the place within its page."""
    try:
        joined = urldefrag(urljoin(url, onward)).url
        _ = urlsplit(joined).port
        return joined
    except ValueError as error:
        raise FetchError("fetch-address", url=url) from error


def _address(url: str) -> httpcore2.URL:
    """An address in the form that is sent, names in other alphabets and spaces encoded."""
    try:
        parts = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise FetchError("fetch-address", url=url) from error
    if parts.scheme not in ("http", "https") or not parts.host:
        raise FetchError("fetch-address", url=url)
    return httpcore2.URL(scheme=parts.raw_scheme, host=parts.raw_host, port=parts.port, target=parts.raw_path)


def user_agent() -> str:
    """What is said to web servers."""
    try:
        own = version("wegwijzer")
    except PackageNotFoundError:
        own = "0"
    return str(fetch_words()["agent"]).format(version=own)


def _headers() -> dict[str, str]:
    return {"User-Agent": user_agent(), "Accept": "*/*", "Accept-Encoding": "identity"}


def _conditions(part: Part, wanted: _Wanted) -> dict[str, str]:
    """Go on where an earlier try broke off, else fetch only what changed."""
    if resume := part.resume(wanted.url):
        return resume
    return wanted.since.conditions() if wanted.since else {}


def _seconds(retry_after: str) -> float | None:
    return float(retry_after) if retry_after.isdigit() else None


def checksum(file: Path) -> str:
    """SHA-256 of a file, in hex."""
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
