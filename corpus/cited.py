"""The works that publications cite: each once, however many footnotes and publications cite it, with a name of its own.

>>> slug_of(Source("noot-1", "noot-1", "Slootkunde: een handleiding", ("Unie van Sloten",), year=2023))
'unie-van-sloten-2023'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from corpus.links import fetch_words
from corpus.publication import Publication
from corpus.sources import Source

_WORDS = 6
"""Of an author or title in a slug."""
_TITLE_END = re.compile(r"[.:?!]\s|[.:?!]$")


@dataclass(frozen=True, slots=True)
class CitedWork:
    """A work that is cited.

    Attributes:
        slug: its name in addresses and folders, unique.
        source: its fullest description.
        publication: the first publication that cites it.
        via: locators of the units that hold a reference to it, in reading order.
        sources: ``publication:source`` of every description of it.
        links: where it may be found, in the order in which they are tried; empty when none is known.
    """

    slug: str
    source: Source
    publication: Publication
    via: tuple[str, ...]
    sources: tuple[str, ...]
    links: tuple[str, ...]

    @property
    def id(self) -> str:
        """Id of its text as a publication of the second tier."""
        return f"bron-{self.slug}"

    @property
    def name(self) -> str:
        """Its first author, else its short title."""
        return name_of(self.source)


def cited_works(publications: Iterable[Publication], slugs: Mapping[str, str] | None = None) -> list[CitedWork]:
    """Every work that the publications cite, in the order of their sources.

    Args:
        slugs: names that were given earlier, by ``publication:source``: a name stays, also when a description changes.
    """
    found: dict[str, list[tuple[Publication, Source]]] = {}
    by_link: dict[str, str] = {}
    for publication in publications:
        ids = {source.id for source in publication.sources}
        for source in publication.sources:
            own = f"{publication.id}:{source.id}"
            meant = f"{publication.id}:{source.same_as}" if source.same_as in ids else own
            key = next((by_link[link] for link in source.links if link in by_link), meant)
            found.setdefault(key, []).append((publication, source))
            by_link |= dict.fromkeys(source.links, key)
    taken: dict[str, str] = {}
    for key, cited in found.items():
        own_slug = next((slugs[name] for name in _names(cited) if slugs and name in slugs), None)
        taken[key] = own_slug if own_slug and own_slug not in taken.values() else ""
    works = []
    for key, cited in found.items():
        taken[key] = taken[key] or _free(slug_of(_fullest(cited)[1]), taken.values())
        works.append(_work(taken[key], cited))
    return works


def name_of(source: Source) -> str:
    """The first author without the words for further ones, else the title up to its first pause."""
    if not source.authors:
        return _TITLE_END.split(source.title, maxsplit=1)[0].strip() or source.title
    author = source.authors[0]
    for words in fetch_words()["others"]:
        author = author.removesuffix(words).removeprefix(words).strip(" ,")
    return author or source.authors[0]


@lru_cache(maxsize=1000)
def spoken_names(source: Source) -> tuple[str, ...]:
    """How people name a source in a question, lower case: its authors, their short forms in brackets, its title up to a pause."""
    names = []
    for author in source.authors:
        single = name_of(replace(source, authors=(author,)))
        names += [single, *re.findall(r"\(([^()]+)\)", author), re.sub(r"\s*\([^()]*\)", "", single)]
        if single != author:  # one person stands for several
            names.append(single.split()[-1])
    title = _TITLE_END.split(source.title, maxsplit=1)[0].strip()
    if len(title.split()) > 1:
        names.append(title)
    return tuple(dict.fromkeys(" ".join(name.lower().split()) for name in names if name))


def slug_of(source: Source) -> str:
    """Author or short title and year, as an id; at least the year or ``x``."""
    plain = unicodedata.normalize("NFKD", name_of(source)).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)[:_WORDS]
    return "-".join([*(words or ["x"]), *([str(source.year)] if source.year else [])])


def _names(cited: list[tuple[Publication, Source]]) -> list[str]:
    return [f"{publication.id}:{source.id}" for publication, source in cited]


def _fullest(cited: list[tuple[Publication, Source]]) -> tuple[Publication, Source]:
    """The description that is no pointer to another one and tells most."""
    return max(cited, key=lambda pair: (pair[1].same_as is None, len(pair[1].authors) > 0, pair[1].year is not None))


def _free(slug: str, taken: Iterable[str]) -> str:
    used, number, free = set(taken), 1, slug
    while free in used:
        number += 1
        free = f"{slug}-{number}"
    return free


def _work(slug: str, cited: list[tuple[Publication, Source]]) -> CitedWork:
    publication, source = _fullest(cited)
    via = dict.fromkeys(f"{p.id}:{s.unit}" for p, s in cited)
    links = dict.fromkeys(link for _, s in [(publication, source), *cited] for link in s.links)
    return CitedWork(slug, source, publication, tuple(via), tuple(_names(cited)), tuple(links))
