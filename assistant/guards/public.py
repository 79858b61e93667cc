"""Names that are public because publications print them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from assistant.guards.lexicon import lexicon, plain

_WORD = re.compile(r"[^\W\d_]+\.?|[^\s\w]|\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_LONGEST = 6
_MISSPELT = 10
"""Letters of the shortest name that may have a typing error."""


def public_names(texts: Iterable[str]) -> Callable[[str], bool]:
    """A test whether a name stands in one of the texts, with capitals, as a whole or as a part of one.

    How it is typed in a question does not matter: capitals, diacritics, hyphens and prefixes ("vd", "van den") are left
    out, and a name of several words may have one typing error.

    >>> public_names(["Katrien de Vaan, Regioplan"])("katrien d vaan")
    True
    """
    names = frozenset(name for text in texts for name in _names(text))
    near = frozenset(form for name in names if " " in name and len(name) >= _MISSPELT for form in _shorter(name))

    def public(name: str) -> bool:
        shown = " ".join(_significant(_LETTERS.findall(plain(name))))
        if not shown or shown in names:
            return shown != ""
        several = " " in shown and len(shown) >= _MISSPELT
        return several and (shown in near or any(form in names or form in near for form in _shorter(shown)))

    return public


def _names(text: str) -> Iterator[str]:
    """All runs of words with capitals, and their parts."""
    run: list[str] = []
    for word in (*_WORD.findall(text), ";"):
        key = plain(word.rstrip("."))
        if word[0].isupper() or key in lexicon().words["names"]["prefixes"]:
            run += _significant([key])
        elif word not in "-‑'’":
            for first in range(len(run)):
                yield from (" ".join(run[first:end]) for end in range(first + 1, min(len(run), first + _LONGEST) + 1))
            run = []


def _significant(words: Iterable[str]) -> list[str]:
    return [word for word in words if word not in lexicon().words["names"]["prefixes"]]


def _shorter(name: str) -> set[str]:
    """A name with each of its letters left out: two names with a common one are a typing error apart."""
    return {name[:cut] + name[cut + 1 :] for cut in range(len(name)) if name[cut] != " "}
