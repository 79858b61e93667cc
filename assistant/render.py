"""An answer, a unit, a status as text for the terminal."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from assistant.answer import Answer
from corpus.publication import Corpus
from corpus.sources import Source
from corpus.unit import Unit


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("prompts") / "terminal.toml").read_text(encoding="utf-8"))


def text(key: str, language: str = "nl", **values: object) -> str:
    """A line of ``prompts/terminal.toml``, filled in."""
    return _texts()[language][key].format(**values)


def render_answer(answer: Answer) -> str:
    """The answer, then one line per cited place with its markers."""
    places: dict[tuple[str, str], list[str]] = {}
    for citation in answer.citations:
        places.setdefault((citation.label, citation.locator), []).append(f"[{citation.marker}]")
    cited = [
        f"{' '.join(markers)} {label} · {text('show', answer.language, locator=locator)}"
        for (label, locator), markers in places.items()
    ]
    return "\n".join([answer.answer, *_not_loaded(answer), *_wrote(answer), *(["", *cited] if cited else [])])


def _not_loaded(answer: Answer) -> list[str]:
    """That a source's text was asked and is not loaded."""
    return ["", text("not_loaded", answer.language, sources=", ".join(answer.not_loaded))] if answer.not_loaded else []


def _wrote(answer: Answer) -> list[str]:
    """Which model wrote it, or that it did not; nothing where none is set."""
    if answer.trace is None:
        return []
    key = "not_written" if answer.trace.failure else "written_by"
    return ["", text(key, answer.language, model=answer.trace.model)]


def render_unit(unit: Unit, corpus: Corpus, language: str) -> str:
    """A unit with its title, text with footnote marks, footnotes and what is known of their sources."""
    publication = corpus.publication_of(unit)
    parts = [f"{publication.label(unit, language)}\n{unit.locator}", unit.title, _with_marks(unit)]
    for note in (publication.by_id[uid] for uid in unit.footnotes):
        parts.append(f"{publication.label(note, language)}\n{note.text}{_described(publication.source_of(note.id), language)}")
    source = publication.source_of(unit.id)
    if source:
        parts.append(_described(source, language).strip())
    return "\n\n".join(part for part in parts if part)


def _with_marks(unit: Unit) -> str:
    marked = unit.text
    for mark in reversed(unit.marks):
        marked = f"{marked[: mark.position]}[{mark.unit}]{marked[mark.position :]}"
    return marked


def _described(source: Source | None, language: str) -> str:
    if source is None:
        return ""
    who = ", ".join(source.authors)
    facts = [fact for fact in (who, source.title, source.publisher, str(source.year or "")) if fact]
    lines = [text("source", language, facts=" · ".join(facts)), *source.links]
    if source.note:
        lines.append(source.note)
    return "".join(f"\n  {line}" for line in lines)
