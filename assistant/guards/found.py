"""What a guard for personal data finds."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["name", "bsn", "iban", "phone", "email", "address", "birthdate", "case", "plate"]


class Found(NamedTuple):
    """Personal data at ``text[start:end]``."""

    kind: Kind
    start: int
    end: int


class Span(NamedTuple):
    """Something recognised at ``text[start:end]``; ``kind`` is None for what is public, which nothing else may claim."""

    kind: Kind | None
    start: int
    end: int
