"""A new edition beside the one it replaces: units that are the same keep their id, and bank questions follow their quote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict

from corpus.bank import BankQuestion, Gap
from corpus.drafting.sections import Section
from corpus.publication import Publication
from corpus.repair import letters
from corpus.unit import Unit

_ALIKE = 0.6
"""Similarity of texts (0–1) from which two units are the same one."""
_SAME_TITLE = 0.9
_STARTER = 60.0
_NUMBER = re.compile(r"\d+")


def take_ids(sections: list[Section], old: Publication) -> None:
    """Give sections the ids of the old units they correspond to; footnotes keep the number that is printed."""
    notes = {section.id for section in sections if section.note is not None}
    fresh = [section for section in sections if section.note is None]
    known = [unit for unit in old.units if unit.id not in notes]
    pairs = _by_title(fresh, known)
    pairs |= _by_text([s for s in fresh if s.id not in pairs], [u for u in known if u.id not in set(pairs.values())])
    wanted = set(pairs.values())
    for section in fresh:
        if section.id in pairs:
            section.id = pairs[section.id]
        elif section.id in wanted:
            section.id = _free(section.id, wanted | {other.id for other in sections})
    for section in sections:
        _take_title(section, old)


def _take_title(section: Section, old: Publication) -> None:
    """A title of our own that a person chose for the same text."""
    known = old.by_id.get(section.id)
    if known and section.added and not known.title_printed and letters(known.text) == letters(section.text):
        section.title = known.title


def _free(wanted: str, taken: set[str]) -> str:
    return next(name for number in range(2, len(taken) + 3) if (name := f"{wanted}-{number}") not in taken)


def _by_title(sections: list[Section], units: list[Unit]) -> dict[str, str]:
    """Pairs with the same title; among several of one title those whose texts are most alike."""
    from rapidfuzz.fuzz import ratio

    pairs: dict[str, str] = {}
    taken: set[str] = set()
    candidates = [
        (ratio(letters(section.text), letters(unit.text)), section.id, unit.id)
        for section in sections
        for unit in units
        if letters(section.title) == letters(unit.title) and _numbers_agree(section, unit)
    ]
    for _, new, old in sorted(candidates, key=lambda each: -each[0]):
        if new not in pairs and old not in taken:
            pairs[new] = old
            taken.add(old)
    return pairs


def _by_text(sections: list[Section], units: list[Unit]) -> dict[str, str]:
    """Pairs whose texts or titles are alike, the most alike first."""
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import cdist

    if not sections or not units:
        return {}
    new, old = [letters(section.text) for section in sections], [letters(unit.text) for unit in units]
    texts = cdist(new, old, scorer=ratio, score_cutoff=100 * _ALIKE)
    new, old = [letters(section.title) for section in sections], [letters(unit.title) for unit in units]
    titles = cdist(new, old, scorer=ratio, score_cutoff=100 * _SAME_TITLE)
    scores = [
        (max(float(texts[i, j]), float(titles[i, j])), i, j)
        for i, section in enumerate(sections)
        for j, unit in enumerate(units)
        if max(texts[i, j], titles[i, j]) > 0 and section.text and unit.text and _numbers_agree(section, unit)
    ]
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for _, i, j in sorted(scores, key=lambda score: -score[0]):
        if sections[i].id not in pairs and units[j].id not in taken:
            pairs[sections[i].id] = units[j].id
            taken.add(units[j].id)
    return pairs


def _numbers_agree(section: Section, unit: Unit) -> bool:
    """Whether the number that a title begins with is the old one's: its label says it."""
    new, old = _NUMBER.match(section.title), _NUMBER.match(unit.title)
    return not new or not old or new.group() == old.group()


def starters_of(old: Publication, kept: Iterable[BankQuestion]) -> dict[str, list[str]]:
    """Language -> starters of the old edition that still fit: their nearest bank question was carried over, or none is near."""
    still = {row.question for row in kept}
    return {language: _fitting(old, asked, still) for language, asked in old.data.get("starters", {}).items()}


def _fitting(old: Publication, asked: list[str], still: set[str]) -> list[str]:
    from rapidfuzz.fuzz import token_sort_ratio
    from rapidfuzz.process import extractOne

    bank = [row.question for row in old.bank]
    near = {question: extractOne(question, bank, scorer=token_sort_ratio, score_cutoff=_STARTER) for question in asked}
    return [question for question in asked if not (found := near[question]) or found[0] in still]


def jsonl(rows: Iterable[BankQuestion] | Iterable[Gap]) -> str:
    """Rows of a bank as its file holds them."""
    return "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)
