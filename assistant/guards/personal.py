"""Personal data in what people type: found, and replaced by masks that say what stood there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from assistant.guards.addresses import addresses
from assistant.guards.births import births, births_in_rows
from assistant.guards.cases import cases
from assistant.guards.found import Found, Kind, Span
from assistant.guards.lexicon import personal_data
from assistant.guards.names import names
from assistant.guards.net import emails, links
from assistant.guards.no_person import phrases
from assistant.guards.numbers import bsns, ibans, phones, plates

__all__ = ["Found", "Kind", "find_personal", "mask"]

_FINDERS = (emails, links, ibans, phones, cases, bsns, plates, births, addresses, phrases)
"""In this order: what an earlier one recognises, no later one sees."""
_SEEN = "\0"


def find_personal(text: str, public: Callable[[str], bool]) -> list[Found]:
    """Personal data in a text, in order and without overlap.

    Args:
        public: whether a name is public, such as an author whom the publications print (``public.public_names``).

    Raises:
        OSError, tomllib.TOMLDecodeError, KeyError: the data cannot be read. Nothing is returned then: a guard fails closed.

    >>> find_personal("BSN 261735317 van mijn zus Fatima", lambda name: False)
    [Found(kind='bsn', start=4, end=13), Found(kind='name', start=27, end=33)]
    """
    found: list[Found] = []
    left = text
    for find in _FINDERS:
        left = _take(find(left), left, found)
    left = _take(names(left, public), left, found)
    _take(births_in_rows(text, found), left, found)
    return sorted(found, key=lambda item: item.start)


def _take(spans: Iterable[Span], left: str, found: list[Found]) -> str:
    """Keep the spans that nothing has claimed; returns the text with them blanked out."""
    for kind, start, end in sorted(spans, key=lambda span: (span.start, -span.end)):
        if _SEEN in left[start:end]:
            continue
        left = left[:start] + _SEEN * (end - start) + left[end:]
        if kind:
            found.append(Found(kind, start, end))
    return left


def mask(text: str, found: Sequence[Found]) -> str:
    """The text with each span replaced by the mask of its kind.

    >>> mask("mijn zus Fatima", [Found("name", 9, 15)])
    'mijn zus ‹naam›'
    """
    masks: dict[str, str] = personal_data()["masks"]
    parts, position = [], 0
    for kind, start, end in sorted(found, key=lambda item: item.start):
        parts += [text[position:start], masks[kind]]
        position = end
    return "".join(parts) + text[position:]
