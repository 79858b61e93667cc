"""robots.txt: whether a site wants its page to be fetched by a program (RFC 9309), asked once a site and run."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from corpus.errors import FetchError
from corpus.fetch import download
from corpus.links import fetch_words

if TYPE_CHECKING:
    from protego import Protego

_LARGEST = 500_000
"""Bytes; what RFC 9309 asks to be read at least."""
_SECONDS = 15.0
_NONE_THERE = ("fetch-not-found", "fetch-forbidden")
"""A site that gives no robots.txt forbids nothing."""


class Robots:
    """What sites allow, each asked once.

    >>> Robots().check("https://example.org/report.pdf")  # doctest: +SKIP
    """

    def __init__(self) -> None:
        self._sites: dict[str, Protego | FetchError | None] = {}

    def check(self, url: str) -> None:
        """Whether an address may be fetched.

        Raises:
            FetchError: the site does not want it, does not exist, or cannot tell.
        """
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._sites:
            self._sites[site] = _ask(site)
        rules = self._sites[site]
        if isinstance(rules, FetchError):
            raise rules
        if rules is not None and not rules.can_fetch(url, str(fetch_words()["robot"])):
            raise FetchError("fetch-robots", url=url)


def _ask(site: str) -> Protego | FetchError | None:
    """The rules of a site; None: it has none; an error: nothing of it may be fetched now."""
    from protego import Protego

    with tempfile.TemporaryDirectory() as folder:
        try:
            found = download(f"{site}/robots.txt", Path(folder) / "robots.txt", largest=_LARGEST, timeout=_SECONDS)
        except FetchError as error:
            return None if error.code in _NONE_THERE else error
        return Protego.parse(found.file.read_text(encoding="utf-8", errors="replace"))
