"""Does an address give what it promises? Pages that say with status 200 that they do not exist, and files of another kind."""

from __future__ import annotations

import tomllib
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from corpus.errors import FetchError

_LOOKED_AT = 1_000_000
"""Bytes of a page that are looked at."""
_HTML = ("text/html", "application/xhtml+xml")
_UNSEEN = ("script", "style", "noscript", "template")
_NAMES = ("", "index", "home", "nl", "en", "default")
"""Last parts of a path that lead to the front of a site."""
_ENDINGS = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "text/markdown": ".md",
    "text/plain": ".txt",
    **dict.fromkeys(_HTML, ".html"),
}
_BEGINNINGS = ((b"%PDF-", ".pdf"), (b"<!doctype html", ".html"), (b"<html", ".html"))


@cache
def fetch_words() -> dict[str, Any]:
    """``prompts/fetch.toml``."""
    return tomllib.loads((files("prompts") / "fetch.toml").read_text(encoding="utf-8"))


def ending(file: Path, kind: str | None) -> str:
    """How a file's name should end, by what it holds, else by its content type; empty when neither tells."""
    with file.open("rb") as stream:
        begin = stream.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n")
    for sign, found in _BEGINNINGS:
        if begin[: len(sign)].lower() == sign.lower():
            return found
    return _ENDINGS.get(kind or "", "")


def check_received(asked: str, url: str, file: Path, kind: str | None) -> None:
    """Look whether a file is the one that was asked for.

    Args:
        asked: the address that was asked; ``url``: the one that the file came from in the end.
        kind: the content type as the server says it.

    Raises:
        FetchError: nothing, a page that says that it does not exist, the front of a site, or another kind of file.
    """
    if file.stat().st_size == 0:
        raise FetchError("fetch-empty", url=asked)
    found = ending(file, kind)
    promised = Path(urlsplit(asked).path).suffix.lower()
    if promised in (".pdf", ".docx") and found != promised:
        raise FetchError("fetch-kind", url=asked, promised=promised, found=kind or found or "?")
    if found != ".html":
        return
    if _is_front(url) and not _is_front(asked):
        raise FetchError("fetch-front", url=asked, found=url)
    page = _Page()
    page.feed(file.read_bytes()[:_LOOKED_AT].decode("utf-8", errors="replace"))
    if said := page.says_not_found():
        raise FetchError("fetch-soft", url=asked, said=said)
    if page.letters < int(fetch_words()["least"]):
        raise FetchError("fetch-empty", url=asked)


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    steps = [step for step in parts.path.lower().split("/") if step]
    return not parts.query and len(steps) <= 1 and (not steps or steps[0].partition(".")[0] in _NAMES)


class _Page(HTMLParser):
    """The title, the first heading and the number of letters of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.letters = 0
        self._open: list[str] = []
        self._heads: dict[str, str] = {}
        self._closed: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("title", "h1", *_UNSEEN):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            self._open.remove(tag)
            self._closed.add(tag)

    def handle_data(self, data: str) -> None:
        if set(self._open) & set(_UNSEEN):
            return
        for tag in ("title", "h1"):
            if tag in self._open and tag not in self._closed:
                self._heads[tag] = self._heads.get(tag, "") + data
        if "title" not in self._open:
            self.letters += sum(sign.isalpha() for sign in data)

    def says_not_found(self) -> str:
        """The title or heading that says so; empty when none does."""
        for head in self._heads.values():
            said = " ".join(head.split())
            words = f" {' '.join(''.join(c if c.isalnum() else ' ' for c in said.lower()).split())} "
            for phrase in fetch_words()["not_found"]:
                plain = " ".join("".join(c if c.isalnum() else " " for c in phrase).split())
                if f" {plain} " in words:
                    return said
        return ""
