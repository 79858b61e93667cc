"""The sources that a publication cites, as ``sources.toml`` describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from corpus.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Source:
    """One cited source. What the publication does not print is None or empty.

    Attributes:
        unit: the unit that holds the reference as printed.
        cited_by: ids of the units whose text refers to it.
        note: an oddity of the source that a reader must know, in the publication's language.
        same_as: id of the source that is meant; None when this is its own.
    """

    id: str
    unit: str
    title: str
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    place: str | None = None
    year: int | None = None
    language: str | None = None
    links: tuple[str, ...] = ()
    cited_by: tuple[str, ...] = ()
    note: str | None = None
    same_as: str | None = None


def read_sources(data: dict[str, Any]) -> tuple[Source, ...]:
    """Turn ``sources.toml`` into sources.

    Raises:
        CorpusError: a table with an unknown or missing key.
    """
    found = []
    for table in data.get("source", []):
        row: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
        try:
            found.append(Source(**row))
        except TypeError as error:
            raise CorpusError("source-malformed", source=table.get("id", "?"), reason=error) from error
    return tuple(found)
