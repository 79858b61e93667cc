"""Addresses of the net: e-mail, and web pages that are a person's profile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from assistant.guards.found import Span
from assistant.guards.lexicon import choice, fold, lexicon

_LOCAL = frozenset("._+%-'’")
_LONGEST_LOCAL = 64
"""Characters before the @ (RFC 5321)."""
_DOMAIN = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]{1,500}"
    r"|(?<![\w.@-])(?:[\w-]{1,63}\.){1,4}(?:nl|com|org|eu|be|net|de|info)(?:/[^\s<>\"]{0,500})?(?![\w-])"
)


def emails(text: str) -> Iterator[Span]:
    """E-mail addresses; those of an organisation's desk are public."""
    for at in _at().finditer(text):
        start = at.start()
        while start > max(0, at.start() - _LONGEST_LOCAL) and (text[start - 1].isalnum() or text[start - 1] in _LOCAL):
            start -= 1
        while start < at.start() and text[start] in _LOCAL:
            start += 1
        domain = _DOMAIN.match(text, at.end())
        if start < at.start() and domain and (at.group() == "@" or "." in domain.group()):
            desk = fold(text[start : at.start()]) in lexicon().words["public"]["mailboxes"]
            yield Span(None if desk else "email", start, domain.end())


@cache
def _at() -> re.Pattern[str]:
    return re.compile(rf"@|\s?[(\[]\s?(?:{choice('email', 'at')})\s?[)\]]\s?", re.IGNORECASE)


def links(text: str) -> Iterator[Span]:
    """Web pages, which are public; a profile on a social network stands for a name."""
    for match in _LINK.finditer(text):
        page = match.group().lower()
        profile = any(len(page.partition(site)[2]) > 1 for site in lexicon().words["public"]["networks"])
        yield Span("name" if profile else None, match.start(), match.end())
