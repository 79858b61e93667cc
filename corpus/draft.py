"""A reading becomes a draft publication: a folder with the files that every publication has, and a report.

It is written whole or not at all, and used from the next ``index build`` on, as every publication in the data folder.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corpus.drafting.edition import jsonl, starters_of, take_ids
from corpus.drafting.guidance import guidance_of
from corpus.drafting.metadata import publication_toml
from corpus.drafting.report import Origin, Told, report_of
from corpus.drafting.sections import sections_of
from corpus.drafting.sources import sources_toml
from corpus.editions import Carried, carry_over
from corpus.errors import ReadingError, StoreError
from corpus.locator import is_id
from corpus.markdown import Document, read_markdown
from corpus.publication import Publication, read_publication
from corpus.readers.reading import Reading

_SHORT_TITLE = 60


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a new publication; None is filled in from the file, or guessed.

    Attributes:
        replaces: the edition that it replaces; None for none.
    """

    id: str
    title: str
    language: str
    publisher: str | None = None
    year: int | None = None
    url: str | None = None
    replaces: Publication | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A publication to be written. ``files``: name -> content; ``doubts``: reasons in its report."""

    id: str
    files: dict[str, str]
    units: int
    notes: int
    doubts: int
    carried: Carried


def draft_of(reading: Reading, about: About, origin: Origin, *, report_language: str = "nl") -> Draft:
    """Make the files of a draft.

    Raises:
        ReadingError: the id is none.
        CorpusError: curated Markdown with a fault in it.
    """
    if not is_id(about.id):
        raise ReadingError("draft-id", id=about.id)
    old = about.replaces
    guidance, notes = _guidance(reading, about)
    document = read_markdown(guidance, about.id)
    facts, guessed = _facts(reading, about)
    kept = carry_over(old, Publication(facts, document.units)) if old else Carried((), (), ())
    told = Told(about.title, reading, document, len(notes), origin, guessed, old, kept)
    files = {
        "guidance.md": guidance,
        "publication.toml": publication_toml(facts, document, old, starters_of(old, kept.questions) if old else {}),
        "sources.toml": sources_toml(document.units, notes, old),
        "report.md": report_of(told, report_language),
        "questions.jsonl": jsonl(kept.questions),
        "questions-lost.jsonl": jsonl(kept.lost),
        "gaps.jsonl": jsonl(kept.gaps),
    }
    doubts = sum(len(note.reasons) for note in reading.notes)
    filled = {name: content for name, content in files.items() if content}
    return Draft(about.id, filled, len(document.units), len(notes), doubts, kept)


def _guidance(reading: Reading, about: About) -> tuple[str, set[str]]:
    """The curated text, and the ids of its footnotes."""
    if reading.curated is not None:
        document = read_markdown(reading.curated, about.id)
        return reading.curated, _marked(document)
    sections = sections_of(reading, about.language)
    if about.replaces:
        take_ids(sections, about.replaces)
    return guidance_of(sections), {section.id for section in sections if section.note is not None}


def _marked(document: Document) -> set[str]:
    return {uid for unit in document.units for uid in unit.footnotes}


def _facts(reading: Reading, about: About) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The fields of ``publication.toml``, and which of them are guesses."""
    old = about.replaces
    before: dict[str, Any] = old.data if old else {}
    short = about.title.partition(" – ")[0]
    facts = {
        "id": about.id,
        "title": about.title,
        "short_title": short if len(short) <= _SHORT_TITLE else short[:_SHORT_TITLE].rsplit(" ", 1)[0] + " …",
        "publisher": about.publisher or before.get("publisher") or reading.author or "",
        "year": about.year or reading.year or date.today().year,
        "language": about.language,
        "url": about.url or "",
        "replaces": old.id if old else None,
        "licence": before.get("licence"),
    }
    said = {"publisher": about.publisher or before.get("publisher"), "year": about.year, "url": about.url}
    return facts, tuple(key for key, known in said.items() if not known)


def write_draft(draft: Draft, publications: Path, *, again: bool = False) -> Path:
    """Write a draft to ``publications/<id>/``; ``again`` replaces a draft that is there.

    A writing that is killed or fails leaves nothing new.

    Raises:
        ReadingError: a publication of this id is there.
        StoreError: it cannot be written.
        CorpusError: what was written cannot be read back as a publication.
    """
    target = publications / draft.id
    if target.exists() and not again:
        raise ReadingError("draft-exists", id=draft.id, folder=target)
    try:
        publications.mkdir(parents=True, exist_ok=True)
        # Beside the folder that is searched for publications, so that a half-written draft is never one.
        with tempfile.TemporaryDirectory(dir=publications.parent, prefix=".draft-") as made:
            whole = Path(made) / draft.id
            whole.mkdir()
            for name, content in draft.files.items():
                with (whole / name).open("w", encoding="utf-8") as stream:
                    stream.write(content)
                    stream.flush()
                    os.fsync(stream.fileno())
            read_publication(whole)
            _replace(whole, target, Path(made))
    except OSError as error:
        raise StoreError("data-unwritable", folder=publications, reason=error.strerror or error) from error
    return target


def _replace(whole: Path, target: Path, aside: Path) -> None:
    """Put a folder in another's place; the earlier one comes back when that fails."""
    before = aside / "before"
    if target.exists():
        os.replace(target, before)
    try:
        os.replace(whole, target)
    except OSError:
        if before.exists():
            shutil.move(before, target)
        raise
