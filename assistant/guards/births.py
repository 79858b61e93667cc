"""Dates of birth: dates beside a word that says so, or in a row with other data of a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from assistant.guards.found import Found, Kind, Span
from assistant.guards.lexicon import choice, fold, lexicon, personal_data

_BEFORE = 60
_BETWEEN = 40
_SENTENCE = re.compile(r"[?!;\n]")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_SEPARATORS = re.compile(r"[\s,;:()/|–*+-]{1,4}$")
_RECENT = 2020
"""From this year on a date behind a name alone is more often that of a letter."""
_ROW = frozenset({"bsn", "phone", "iban", "address"})


def births(text: str) -> Iterator[Span]:
    """Dates of birth that are called so: "geb. 3/12/84", "born on 5 May 1990"."""
    for match in _date().finditer(text):
        if _is_day(match) and (_called(text, match) or _after().match(text, match.end())):
            yield Span("birthdate", match.start(), match.end())


def births_in_rows(text: str, found: Sequence[Found]) -> Iterator[Span]:
    """Dates with a year that stand in a row with a name, a BSN, a phone number: "Malika Ziani, 8-9-1999, 06 33712905".

    Args:
        found: all other data.
    """
    ends, starts = {item.end: item.kind for item in found}, {item.start: item.kind for item in found}
    for match in _date().finditer(text):
        year = _parts(match).get("y")
        if year is None or not _is_day(match):
            continue
        before, after = _kind_before(text, match.start(), ends), starts.get(_next_cell(text, match.end()))
        long_ago = 99 < year < _RECENT or _RECENT % 100 < year <= 99
        if before in _ROW or after in _ROW or (before == "name" and long_ago):
            yield Span("birthdate", match.start(), match.end())


def _kind_before(text: str, position: int, ends: dict[int, Kind]) -> Kind | None:
    """The kind of what ends right before a position, separators left out."""
    separators = _SEPARATORS.search(text[max(0, position - 4) : position])
    reach = len(separators.group()) if separators else 0
    return next((ends[position - length] for length in range(1, reach + 1) if position - length in ends), None)


def _next_cell(text: str, position: int) -> int:
    cell = _to_next_cell().match(text, position)
    return cell.end() if cell else -1


def _called(text: str, date: re.Match[str]) -> bool:
    """Whether a word such as "geboren" stands before it, with at most a town and small words between."""
    before = _before().search(text[max(0, date.start() - _BEFORE) : date.start()])
    if not before or _SENTENCE.search(before["between"]) or any(map(str.isdigit, before["between"])):
        return False
    small, towns = lexicon().words["birth"]["fillers"], lexicon().towns
    return all(fold(word) in small or word[0].isupper() or fold(word) in towns for word in _WORD.findall(before["between"]))


def _parts(date: re.Match[str]) -> dict[str, int]:
    """Day, month and year as far as digits tell them, by their first letter."""
    return {name[0]: int(value) for name, value in date.groupdict().items() if value}


def _is_day(date: re.Match[str]) -> bool:
    """Whether it is a day of the calendar; a day and month without year are one as well."""
    parts = _parts(date)
    day, month, year = parts["d"], parts.get("m", 1), parts.get("y")
    in_time = year is None or year < 100 or 1900 <= year < 2100
    return in_time and ((1 <= day <= 31 and 1 <= month <= 12) or (1 <= month <= 31 and 1 <= day <= 12))


@cache
def _date() -> re.Pattern[str]:
    """A date in digits, day or year first, or with a month in words; the groups begin with d, m and y."""
    names = {name for month in personal_data()["birth"]["months"] for name in month}
    months = "|".join(sorted(names, key=len, reverse=True))
    return re.compile(
        r"(?<![\w./-])(?:"
        r"(?P<d>\d{1,2})\s?[-/.]\s?(?P<m>\d{1,2})\s?[-/.]\s?(?P<y>\d{4}|\d{2})"
        r"|(?P<y2>(?:18|19|20)\d\d)[-/.](?P<m2>\d{1,2})[-/.](?P<d2>\d{1,2})"
        r"|(?P<d8>\d{2})(?P<m8>\d{2})(?P<y8>(?:19|20)\d\d)"
        rf"|(?P<d3>\d{{1,2}})(?:e|th|st|nd|rd|de|ste)?\s?[- ]\s?(?:of\s)?(?:{months})\b\.?"
        r"(?:,?[\s-]{0,2}['’]?(?P<y3>\d{4}|\d{2}))?"
        rf"|(?:{months})\b\.?\s(?P<d4>\d{{1,2}})(?:th|st|nd|rd)?(?:,?\s(?P<y4>\d{{4}}))?"
        r")(?![\w/]|[-.]\d)",
        re.IGNORECASE,
    )


@cache
def _before() -> re.Pattern[str]:
    words, signs = choice("birth", "words"), choice("birth", "signs")
    return re.compile(rf"(?:(?<!\w)(?:{words})(?!\w)|{signs})(?P<between>[^*°]{{0,{_BETWEEN}}})$", re.IGNORECASE)


@cache
def _after() -> re.Pattern[str]:
    return re.compile(rf"\s?\(?(?:{choice('birth', 'after')})(?!\w)", re.IGNORECASE)


@cache
def _to_next_cell() -> re.Pattern[str]:
    return re.compile(rf"[\s,;:()/|–-]{{1,4}}(?:(?:{choice('birth', 'labels')})[.:]{{0,2}}\s?)?", re.IGNORECASE)
