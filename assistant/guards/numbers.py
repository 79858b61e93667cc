"""Numbers that point to a person: BSN, bank account, phone, licence plate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from assistant.guards.found import Span
from assistant.guards.lexicon import choice, fold, lexicon, personal_data
from corpus.vocabulary import is_word

_GAP = r"[\s.()\-‐‑–−]{0,3}"
_DUTCH = re.compile(rf"(?<![\w.,:+])(?:(?:\+|00)\s?31{_GAP}(?:0{_GAP})?|\(?0)(?:6\s?/\s?(?=\d)|[1-9])(?:{_GAP}\d){{8}}(?!\d)")
_ABROAD = re.compile(rf"(?<![\w.,:+])(?:\+\s?|00\s?)(?!31)[1-9]\d{{0,2}}(?:{_GAP}\d){{6,12}}(?!\d)")
_DAY = re.compile(r"\(?\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d\d(?!\d)")
_YEARS = re.compile(r"(?:19|20)\d\d\D+(?:19|20)\d\d$")
_NINE = re.compile(r"(?<![\w.,+/-])\d(?:[ \u00a0.-]?\d){7,8}(?![\w/]|[.,-]\d)")
_GROUPS = ("9", "333", "423")
"""How the digits of a BSN are grouped; otherwise only the word BSN makes one of them."""
_BEFORE = 45
_COUNTED = re.compile(r"\s?(?:[%€$£]|([^\W\d_]+))")
_IBAN = re.compile(r"(?<![^\W_])([A-Za-z]{2})[ .-]?\d[ .-]?\d")
_SIDE = (
    r"[A-Z]{2}-\d{2}-\d{2}|\d{2}-\d{2}-[A-Z]{2}|\d{2}-[A-Z]{2}-\d{2}|[A-Z]{2}-\d{2}-[A-Z]{2}|[A-Z]{2}-[A-Z]{2}-\d{2}"
    r"|\d{2}-[A-Z]{2}-[A-Z]{2}|\d{2}-[A-Z]{3}-\d|\d-[A-Z]{3}-\d{2}|[A-Z]{2}-\d{3}-[A-Z]|[A-Z]-\d{3}-[A-Z]{2}"
    r"|[A-Z]{3}-\d{2}-[A-Z]|[A-Z]-\d{2}-[A-Z]{3}|\d-[A-Z]{2}-\d{3}|\d{3}-[A-Z]{2}-\d"
)
"""The forms that Dutch plates have had since 1951 (side codes 1 to 14)."""
_PLATE = re.compile(rf"(?<![\w-])(?:{_SIDE})(?![\w-])", re.IGNORECASE)
_PLATE_GROUP = re.compile(r"[ -]?([A-Za-z0-9]{1,8})(?!\w)")


def ibans(text: str) -> Iterator[Span]:
    """Bank accounts of the length of their country that pass the check (ISO 13616: mod 97 is 1); what fails it is nobody's."""
    lengths: dict[str, int] = personal_data()["iban"]["lengths"]
    for head in _IBAN.finditer(text):
        length = lengths.get(head.group(1).upper())
        end = _end_of(text, head.start(), length) if length else None
        account = text[head.start() : end] if end else ""
        if account and _mod_97(account):
            yield Span("iban", head.start(), head.start() + len(account))
        elif account.isupper() and sum(map(str.isdigit, account)) > len(account) / 2:
            yield Span(None, head.start(), head.start() + len(account))


def _end_of(text: str, start: int, length: int) -> int | None:
    """Where ``length`` letters and digits end, single separators between them left out; None when there are not so many."""
    position, counted = start, 0
    while counted < length:
        if position > start and text[position : position + 1] in (" ", "\u00a0", ".", "-") and text[position - 1].isalnum():
            position += 1
        if not (text[position : position + 1].isascii() and text[position : position + 1].isalnum()):
            return None
        position, counted = position + 1, counted + 1
    return None if text[position : position + 1].isalnum() else position


def _mod_97(account: str) -> bool:
    signs = [sign for sign in account.upper() if sign.isalnum()]
    return int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97 == 1


def phones(text: str) -> Iterator[Span]:
    """Phone numbers: Dutch, of abroad, or shorter ones after a word such as "tel."; help lines and service numbers are public."""
    public, service = lexicon().words["public"]["phones"], tuple(lexicon().words["public"]["service"])
    for match in (*_DUTCH.finditer(text), *_ABROAD.finditer(text), *_called().finditer(text)):
        number = match.group("number") if "number" in match.re.groupindex else match.group()
        start = match.end() - len(number)
        if number.startswith("(") and ")" not in number:
            start, number = start + 1, number[1:]
        digits = "".join(filter(str.isdigit, number))
        if _DAY.match(number) or _YEARS.match(number):
            continue
        home = "0" + digits.removeprefix("00").removeprefix("31")
        yield Span(None if {digits, home} & public or digits.startswith(service) else "phone", start, match.end())


@cache
def _called() -> re.Pattern[str]:
    words, fillers = choice("phone", "words"), choice("phone", "fillers")
    return re.compile(
        rf"\b(?:{words})\b[.:]?\s?(?:(?:{fillers})\b[.:]?\s){{0,2}}(?P<number>\d(?:[ .-]?\d){{5,10}})(?![\w/]|[.,-]\d)",
        re.IGNORECASE,
    )


def bsns(text: str) -> Iterator[Span]:
    """Citizen service numbers: nine digits that pass the 11-check, or eight next to the word BSN."""
    for match in _NINE.finditer(text):
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        digits = "".join(filter(str.isdigit, match.group()))
        if not _bsn_words().search(before):
            groups = "".join(str(len(group)) for group in re.split(r"\D", match.group()))
            if groups not in _GROUPS or _other_numbers().search(before) or _counts(text, match.end()):
                continue
        if _passes_11(digits.zfill(9)):
            yield Span("bsn", match.start(), match.end())


@cache
def _bsn_words() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{choice('bsn', 'words')})\b\D{{0,16}}$", re.IGNORECASE)


@cache
def _other_numbers() -> re.Pattern[str]:
    return re.compile(rf"(?:\b(?:{choice('bsn', 'others')})\b\D{{0,16}}|[€$£]\s?)$", re.IGNORECASE)


def _counts(text: str, end: int) -> bool:
    """Whether what follows a number is counted by it ("120321005 clicks")."""
    follows = _COUNTED.match(text, end)
    return follows is not None and (follows[1] is None or fold(follows[1]) in lexicon().words["address"]["counted"])


def _passes_11(digits: str) -> bool:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return len(set(digits)) > 1 and sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11 == 0


def plates(text: str) -> Iterator[Span]:
    """Licence plates: Dutch forms with hyphens, others after a word such as "kenteken"."""
    for cue in _plate_words().finditer(text):
        end = _plate_end(text, cue.end())
        if end:
            yield Span("plate", cue.end(), end)
    for match in _PLATE.finditer(text):
        letters = [group for group in match.group().split("-") if group.isalpha() and len(group) > 1]
        if not any(group.islower() and is_word(group) for group in letters):
            yield Span("plate", match.start(), match.end())


@cache
def _plate_words() -> re.Pattern[str]:
    words, fillers = choice("plate", "words"), choice("plate", "fillers")
    return re.compile(rf"\b(?:{words})\b[:,]?\s?[\"'“‘(]?(?:(?:{fillers})\b[:.]?\s?){{0,3}}", re.IGNORECASE)


def _plate_end(text: str, start: int) -> int | None:
    """Where the plate that begins at ``start`` ends; None when none does."""
    best, position, signs = None, start, ""
    formed = _PLATE.match(text, start) is not None
    for _ in range(3):
        group = _PLATE_GROUP.match(text, position)
        if not group or not (formed or group[1].isupper() or any(map(str.isdigit, group[1]))):
            break
        signs, position = signs + group[1], group.end()
        mixed = any(map(str.isdigit, signs)) and any(map(str.isalpha, signs))
        best = position if mixed and 4 <= len(signs) <= 8 else best
    return best
