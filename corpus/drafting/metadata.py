"""``publication.toml`` of a draft: what is known of it, its labels and places; of an earlier edition, what fits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from corpus.drafting.toml import table, value
from corpus.markdown import Document
from corpus.publication import Publication
from corpus.unit import Unit
from corpus.wording import words

_NUMBERED_ID = re.compile(r"(.+?)-(\d+)")
_SHORTEST_SERIES = 2


def publication_toml(about: dict[str, Any], document: Document, old: Publication | None, starters: dict[str, list[str]]) -> str:
    """The whole file.

    Args:
        about: id, title, short_title, publisher, year, language, url, licence and so on; None values are left out.
        document: the draft's units.
        old: the edition that it replaces; None for none.
        starters: language -> questions to start with.
    """
    language, ids = str(about["language"]), {unit.id: unit for unit in document.units}
    before = old.data if old else {}
    parts = [
        "".join(f"{key} = {value(said)}\n" for key, said in about.items() if said is not None),
        table("[starters]", starters),
    ]
    parts += [table("[[labels]]", rule) for rule in [*_fitting_labels(before, document.units), *_labels(language)]]
    parts.append(table("[short]", _fitting_short(before, old, ids)))
    parts.append(
        table("[group_names]", {k: v for k, v in before.get("group_names", {}).items() if k in document.groups.values()})
    )
    series = list(_fitting_series(before, ids)) or list(_series(document.units, language))
    parts += [table("[[series]]", each) for each in series]
    parts += [table("[[boxes]]", box) for box in before.get("boxes", []) if box["unit"].replace("{n}", "1") in ids]
    named = list(_fitting_named(before, ids)) or list(_named(document.units, language))
    parts += [table("[[named]]", each) for each in named]
    parts.append(table("[elsewhere]", {kind: uid for kind, uid in before.get("elsewhere", {}).items() if uid in ids}))
    parts.append(table("[words]", before.get("words") or words(language, "words")))
    return "\n".join(part for part in parts if part)


def _labels(language: str) -> Iterator[dict[str, Any]]:
    note = re.escape(words(language, "draft")["note_id"])
    yield {
        "unit": rf"{note}-(\w+)(?:-p\d+)?(?:-\d+)?",
        **{each: words(each, "draft")["note_label"] for each in ("nl", "en")},
    }
    yield {"unit": ".+", "nl": "{short}", "en": "{short}"}


def _fitting_labels(before: dict[str, Any], units: Iterable[Unit]) -> Iterator[dict[str, Any]]:
    """Label rules of the earlier edition for units that the new one has; not the last ones, which fit anything."""
    for rule in before.get("labels", []):
        fits = [unit for unit in units if re.fullmatch(rule["unit"], unit.id)]
        grouped = not any("{group}" in str(pattern) for pattern in rule.values()) or all(unit.group for unit in fits)
        if fits and grouped and not re.fullmatch(rule["unit"], "x"):
            yield rule


def _fitting_short(before: dict[str, Any], old: Publication | None, ids: dict[str, Unit]) -> dict[str, Any]:
    """Short names of units that both editions have, with the same title."""
    known = old.by_id if old else {}
    short = before.get("short", {})
    return {uid: names for uid, names in short.items() if uid in ids and uid in known and ids[uid].title == known[uid].title}


def _fitting_series(before: dict[str, Any], ids: dict[str, Unit]) -> Iterator[dict[str, Any]]:
    for series in before.get("series", []):
        numbers = [n for n in range(1, len(ids) + 1) if series["unit"].replace("{n}", str(n)) in ids]
        if numbers:
            yield {**series, "count": max(numbers)}


def _series(units: Iterable[Unit], language: str) -> Iterator[dict[str, Any]]:
    """Footnotes, and units whose titles begin with a word for a part and a number."""
    places, note = words(language, "places"), words(language, "draft")["note_id"]
    highest: Counter[str] = Counter()
    for unit in units:
        match = _NUMBERED_ID.fullmatch(unit.id)
        if match and (match.group(1) == note or match.group(1) in places["numbered"]):
            highest[match.group(1)] = max(highest[match.group(1)], int(match.group(2)))
    for word, count in highest.items():
        if word == note or count >= _SHORTEST_SERIES:
            yield {"words": places["note"] if word == note else [word], "unit": f"{word}-{{n}}", "count": count}


def _fitting_named(before: dict[str, Any], ids: dict[str, Unit]) -> Iterator[dict[str, Any]]:
    for named in before.get("named", []):
        units = [uid for uid in named["units"] if uid in ids]
        if units:
            yield {**named, "units": units}


def _named(units: Iterable[Unit], language: str) -> Iterator[dict[str, Any]]:
    known = set(words(language, "places")["named"])
    for unit in units:
        title = re.sub(r"^[\d.]+\s+", "", unit.title).strip().lower()
        if title in known:
            yield {"words": [title], "units": [unit.id]}
