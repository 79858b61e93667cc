"""Text as it was meant: characters that a file format leaves behind go, and words broken over two lines are made whole."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache

from corpus.vocabulary import is_word
from corpus.wording import table

SOFT_HYPHEN = "\u00ad"
UNREADABLE = "\ufffd"
_HYPHENS = "-\u2010\u2011" + SOFT_HYPHEN
_BROKEN = re.compile(rf"([^\W\d_]+)([{_HYPHENS}])$")
_LAST = re.compile(r"[^\W\d_]+$")
_FIRST = re.compile(r"[^\W\d_]+")
_COMPOUND = re.compile(r"[^\W\d_]+-[^\W\d_]+")
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_SPACES = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x09, 0x0D], " ")
_INVISIBLE_RANGES = ((0x200B, 0x2010), (0x202A, 0x202F), (0x2060, 0x2070), (0xFEFF, 0xFF00), (0xFE00, 0xFE10), (0xE0000, 0xE0080))
_INVISIBLE = dict.fromkeys(code for first, end in _INVISIBLE_RANGES for code in range(first, end))
_TABLE = str.maketrans({**_LIGATURES, **_SPACES, **_INVISIBLE})
_CID = re.compile(r"\(cid:\d+\)")


@cache
def _mending() -> dict[str, frozenset[str]]:
    """``sharing``: what follows a hyphen that stays ("van- en besluitvorming"); ``hyphened``: what keeps its own ("ex-")."""
    return {name: frozenset(words) for name, words in table("mending").items()}


def clean(text: str) -> str:
    """Ligatures as letters, every kind of space as one space, nothing invisible; soft hyphens stay for ``Mender``.

    Characters that cannot be read (not mapped to Unicode, for private use, half a pair) become ``UNREADABLE``.
    """
    text = unicodedata.normalize("NFC", _CID.sub(UNREADABLE, text).translate(_TABLE))
    return "".join(_readable(character) for character in text)


def _readable(character: str) -> str:
    category = unicodedata.category(character)
    if character == "\n" or category[0] != "C" or character == SOFT_HYPHEN:
        return character
    return "" if category in ("Cc", "Cf") else UNREADABLE


def one_line(text: str) -> str:
    """Cleaned, without soft hyphens, every run of white space one space."""
    return " ".join(clean(text).replace(SOFT_HYPHEN, "").split())


def letters(text: str) -> str:
    """Lower-case letters and digits only, to compare passages whose spacing differs."""
    return "".join(character for character in text.lower() if character.isalnum())


class Mender:
    """Joins lines of text to paragraphs, and the halves of words with them.

    Args:
        lines: of the whole file: a word that stands in the middle of a line is known to be one.

    >>> Mender(["het beleid van gemeenten"]).joined(["reflec", "teren over gemeen-", "ten"])
    'reflecteren over gemeenten'
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: Counter[str] = Counter()
        self._compounds: set[str] = set()
        for line in lines:
            # The first and last word of a line may be halves.
            inner = line.lower().split()[1:-1]
            for word in inner:
                self._words.update(_FIRST.findall(word))
                self._compounds.update(_COMPOUND.findall(word))
        self.doubtful: list[str] = []
        """The words made whole that no list of words has, or that no hyphen broke; in order."""

    def join(self, before: str, after: str) -> tuple[str, str]:
        """``before`` without a hyphen that only broke a word, and what stands between it and ``after``: "" or " "."""
        if not before or not after:
            return before, ""
        if before.endswith("/-"):
            return before[:-1], ""
        broken, first = _BROKEN.search(before), _FIRST.match(after)
        if broken:
            return self._hyphened(before, broken, first.group() if first else "")
        last = _LAST.search(before)
        if last and first and self._is_half(last.group(), first.group()):
            self.doubtful.append(last.group() + first.group())
            return before, ""
        return before, " "

    def _hyphened(self, before: str, broken: re.Match[str], second: str) -> tuple[str, str]:
        first, hyphen = broken.groups()
        without = before[: broken.start(2)]
        if hyphen == SOFT_HYPHEN:
            return without, ""
        if second.lower() in _mending()["sharing"]:
            return before, " "
        if not second or not second[0].islower() or first.isupper():
            return before, ""
        whole, compound = (first + second).lower(), f"{first}-{second}".lower()
        if not self._knows(whole) and (compound in self._compounds or first.lower() in _mending()["hyphened"]):
            return before, ""
        if not self._knows(whole):
            self.doubtful.append(first + second)
        return without, ""

    def _is_half(self, last: str, first: str) -> bool:
        """Whether two words at a line's end and the next one's begin are one word broken without a hyphen."""
        whole = (last + first).lower()
        if not first.islower() or len(whole) < 6 or not self._knows(whole):
            return False
        return not (self._knows(last.lower()) and self._knows(first.lower()))

    def _knows(self, word: str) -> bool:
        return word in self._words or is_word(word)

    def joined(self, lines: Iterable[str]) -> str:
        """The lines as one paragraph."""
        text = ""
        for line in lines:
            kept, glue = self.join(text, line)
            text = f"{kept}{glue}{line}"
        return text.replace(SOFT_HYPHEN, "")
