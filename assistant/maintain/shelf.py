"""The publications as a maintainer sees them: each one that can be read, and for each one that cannot, why."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass

from corpus.errors import StoreError, WegwijzerError
from corpus.locator import is_id
from corpus.publication import Publication, load_publications, read_publication
from index.versions import DataFolder

REPORT = "report.md"
"""What was read of an added publication, in its folder."""


@dataclass(frozen=True)
class Shelf:
    """All publications; ``broken`` are folders that cannot be read, with the error."""

    publications: tuple[Publication, ...]
    broken: tuple[tuple[str, WegwijzerError], ...] = ()


def look(data: DataFolder) -> Shelf:
    """Every publication of the package and of the data folder. A broken one hides no other."""
    found, broken = load_publications(), []
    for folder in sorted(data.publications.iterdir()) if data.publications.is_dir() else []:
        if folder.is_dir():
            try:
                found.append(read_publication(folder))
            except WegwijzerError as error:
                broken.append((folder.name, error))
    return Shelf(tuple(found), tuple(broken))


def is_added(data: DataFolder, publication: str) -> bool:
    """Whether a publication lies in the data folder, where it can be removed."""
    return is_id(publication) and (data.publications / publication).is_dir()


def report_of(data: DataFolder, publication: str) -> str | None:
    """The report on what was read of a publication; None when there is none."""
    file = data.publications / publication / REPORT
    if not is_id(publication) or not file.is_file():
        return None
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError("file-unreadable", file=file, reason=error) from error


def is_live(data: DataFolder, publication: str) -> bool:
    """Whether the live version answers from a publication."""
    live = data.live()
    return live is not None and any(each["id"] == publication for each in data.manifest(live)["publications"])


def discard(data: DataFolder, publication: str) -> None:
    """Remove an added publication: out of sight in one step, then from the disk.

    Raises:
        StoreError: an index is being built, or the folder cannot be removed.
    """
    away = data.path / f".discarded-{uuid.uuid4().hex}"
    try:
        with data.building():
            (data.publications / publication).rename(away)
        shutil.rmtree(away)
    except OSError as error:
        raise StoreError("data-unwritable", folder=data.publications, reason=error.strerror or error) from error
