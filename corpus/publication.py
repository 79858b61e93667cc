"""A publication: one source document with its edition, read from its folder.

``load_publications()`` gives all that are installed: those in the package and those in the data folder.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from corpus.bank import BankQuestion, Gap, read_bank, read_gaps
from corpus.errors import CorpusError, LocatorError
from corpus.locator import Locator, is_id
from corpus.markdown import read_markdown
from corpus.sources import Source, read_sources
from corpus.unit import Unit

SECOND_TIER = "source"
"""The tier of a publication that is the text of a cited source: it supports the guidance, which is the first tier."""
_REQUIRED = ("id", "title", "short_title", "publisher", "year", "language", "url", "labels", "words")


@dataclass(frozen=True)
class Publication:
    """A publication and everything its files say.

    Attributes:
        data: ``publication.toml`` as read: labels, short names, place words, starters.
        units: in reading order.
        groups: printed headings over several units, id -> heading.
        sources: what it cites.
        bank: everyday questions that point to its units; empty when the publication has none.
        gaps: questions on the subject that it does not answer; empty when there are none.
    """

    data: dict[str, Any]
    units: tuple[Unit, ...]
    groups: dict[str, str] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    bank: tuple[BankQuestion, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def title(self) -> str:
        return str(self.data["title"])

    @property
    def year(self) -> int:
        return int(self.data["year"])

    @property
    def language(self) -> str:
        return str(self.data["language"])

    @property
    def url(self) -> str | None:
        """Where it can be found; None where no address is known."""
        return self.data.get("url") or None

    @property
    def is_guidance(self) -> bool:
        """Whether it is of the first tier: what answers come from. The text of a cited source is of the second."""
        return self.data.get("tier") != SECOND_TIER

    @property
    def via(self) -> tuple[str, ...]:
        """Locators of the units that cite it, for a publication of the second tier; empty for guidance."""
        return tuple(self.data.get("via", ()))

    @property
    def replaces(self) -> str | None:
        """Id of the earlier edition that this one takes the place of; None when it takes none."""
        return self.data.get("replaces")

    @cached_property
    def by_id(self) -> dict[str, Unit]:
        """Unit id -> unit."""
        return {unit.id: unit for unit in self.units}

    def source_of(self, unit: str) -> Source | None:
        """The source whose reference stands in this unit; None for a unit that is no reference."""
        return next((source for source in self.sources if source.unit == unit), None)

    def short_name(self, unit: Unit, language: str) -> str:
        """The unit's short name in ``language``, else in the publication's own, else its title."""
        names = self.data.get("short", {}).get(unit.id, {})
        return str(names.get(language) or names.get(self.language) or unit.title)

    def label(self, unit: Unit, language: str) -> str:
        """The label shown to people, with page and year: ``Voetnoot 7 (p. 12, 2021)``, ``Unie van Sloten (2023), p. 4``."""
        name = self.name(unit, language)
        return f"{name} (p. {unit.page}, {self.year})" if self.is_guidance else name

    def name(self, unit: Unit, language: str) -> str:
        """What a unit is called: the label of guidance without page and year, ``Voetnoot 7``; the whole label of a source."""
        for rule in self.data["labels"]:
            match = re.fullmatch(rule["unit"], unit.id)
            if match:
                group = unit.group or ""
                group = self.data.get("group_names", {}).get(group, {}).get(language, group)
                pattern = rule.get(language) or rule[self.language]
                values = {"short": self.short_name(unit, language), "group": group, "page": unit.page}
                return str(pattern.format("", *match.groups(), **values))
        raise CorpusError("label-missing", publication=self.id, unit=unit.id)


def read_publication(folder: Traversable) -> Publication:
    """Read a publication's folder.

    Raises:
        CorpusError: a file is missing or wrong; it names the file.
    """
    data = _toml(folder, "publication.toml")
    missing = [key for key in _REQUIRED if key not in data]
    if missing or not is_id(str(data.get("id", ""))):
        raise CorpusError("publication-incomplete", folder=folder.name, keys=", ".join(missing or ["id"]))
    document = read_markdown(_text(folder, "guidance.md"), str(data["id"]))
    publication = Publication(
        data=data,
        units=document.units,
        groups=document.groups,
        sources=read_sources(_toml(folder, "sources.toml")) if (folder / "sources.toml").is_file() else (),
        bank=read_bank(_text(folder, "questions.jsonl")) if (folder / "questions.jsonl").is_file() else (),
        gaps=read_gaps(_text(folder, "gaps.jsonl")) if (folder / "gaps.jsonl").is_file() else (),
    )
    for unit in publication.units:
        publication.label(unit, publication.language)
    return publication


def load_publications(added: Path | None = None) -> list[Publication]:
    """The publications of the package and those in the folder ``added`` (None or missing: no others), by id.

    Raises:
        CorpusError: one cannot be read, or two share an id.
    """
    folders: Iterable[Traversable] = sorted(
        (entry for entry in (files("corpus") / "publications").iterdir() if entry.is_dir()), key=lambda e: e.name
    )
    if added is not None and added.is_dir():
        folders = [*folders, *sorted(entry for entry in added.iterdir() if entry.is_dir())]
    found: dict[str, Publication] = {}
    for folder in folders:
        publication = read_publication(folder)
        if publication.id in found:
            raise CorpusError("publication-twice", publication=publication.id)
        found[publication.id] = publication
    return list(found.values())


def in_force(publications: Iterable[Publication]) -> list[Publication]:
    """The publications that none of the others replaces: what new answers come from.

    Raises:
        CorpusError: editions replace each other in a circle.
    """
    known = {publication.id: publication for publication in publications}
    for publication in known.values():
        seen, edition = {publication.id}, publication
        while edition.replaces and edition.replaces in known:
            edition = known[edition.replaces]
            if edition.id in seen:
                raise CorpusError("replaces-circle", publication=publication.id)
            seen.add(edition.id)
    replaced = {publication.replaces for publication in known.values()}
    return [publication for publication in known.values() if publication.id not in replaced]


class Corpus:
    """All units of all publications, found by locator."""

    def __init__(self, publications: Iterable[Publication]) -> None:
        self.publications = {publication.id: publication for publication in publications}

    @property
    def guidance(self) -> list[Publication]:
        """The publications of the first tier."""
        return [publication for publication in self.publications.values() if publication.is_guidance]

    @property
    def units(self) -> list[Unit]:
        """Every unit of the guidance, publication by publication, in reading order."""
        return [unit for publication in self.guidance for unit in publication.units]

    def texts_of(self, guidance: Publication, source: Source) -> list[Publication]:
        """The fetched text of a source that a publication cites; empty when it is not loaded."""
        via = f"{guidance.id}:{source.unit}"
        return [publication for publication in self.publications.values() if via in publication.via]

    def publication_of(self, unit: Unit) -> Publication:
        return self.publications[unit.publication]

    def find(self, locator: str) -> Unit:
        """The unit at a locator; a bare unit id will do while only one publication has it.

        Raises:
            LocatorError: no such unit, or a bare id that several publications have; the hint names which are meant.
        """
        if ":" in locator:
            address = Locator.parse(locator)
            publication = self.publications.get(address.publication)
            matches = [publication.by_id[address.unit]] if publication and address.unit in publication.by_id else []
        else:
            matches = [p.by_id[locator] for p in self.guidance if locator in p.by_id]
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise LocatorError("locator-ambiguous", locator=locator, found=", ".join(str(unit.locator) for unit in matches))
        raise LocatorError("locator-unknown", locator=locator, close=self._close(locator))

    def name(self, unit: Unit) -> str:
        """What ``find`` finds a unit by: its id, or its locator where several publications have a unit of that id."""
        owners = [publication.id for publication in self.guidance if unit.id in publication.by_id]
        return unit.id if owners == [unit.publication] else str(unit.locator)

    def _close(self, locator: str) -> str:
        from difflib import get_close_matches

        names = {str(unit.locator): str(unit.locator) for unit in self.units}
        names |= {unit.id: str(unit.locator) for unit in self.units}
        close = get_close_matches(locator, names, n=4, cutoff=0.5)
        return ", ".join(dict.fromkeys(names[name] for name in close)) or "–"


def _text(folder: Traversable, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError("file-unreadable", file=f"{folder.name}/{name}", reason=error) from error


def _toml(folder: Traversable, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(folder, name))
    except tomllib.TOMLDecodeError as error:
        raise CorpusError("file-unreadable", file=f"{folder.name}/{name}", reason=error) from error
