"""Locators: the stable address of a unit, ``<publication>:<unit>``. The id rules live only here.

>>> Locator.parse("crm-2021:actiepunt-2").unit
'actiepunt-2'
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.errors import LocatorError

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def is_id(text: str) -> bool:
    """Whether ``text`` may be the id of a publication or unit: lower-case words and digits joined by hyphens."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a unit stands: its publication's id and its own."""

    publication: str
    unit: str

    @classmethod
    def parse(cls, text: str) -> Locator:
        """Read ``publication:unit``.

        Raises:
            LocatorError: not two ids with a colon between them.
        """
        publication, _, unit = text.partition(":")
        if not (is_id(publication) and is_id(unit)):
            raise LocatorError("locator-malformed", locator=text)
        return cls(publication, unit)

    def __str__(self) -> str:
        return f"{self.publication}:{self.unit}"
