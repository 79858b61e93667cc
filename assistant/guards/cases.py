"""Numbers of cases, reports and clients: the code after a word that announces it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from assistant.guards.found import Span
from assistant.guards.lexicon import choice, fold, lexicon

_KNOWN = re.compile(
    r"(?<![\w/-])(?:\d{2}/\d{6}-\d{2}|PL\d{4}[- ]?\d{8,10}|C/\d{2}/\d{5,7}(?:\s?/\s?[A-Z]{2}\s?[A-Z]{2}\s?\d\d-\d+)?)(?![\w-])"
)
"""Numbers of the public prosecutor, the police and the courts: known by their form."""
_CODE = re.compile(
    r"(?:[A-Z]{1,5}\d{0,4}[ ](?=\d))?[A-Za-z0-9]{1,24}(?:[-/._][A-Za-z0-9]{1,24}){0,6}"
    r"(?:[ ]/?[ ]?\d{3,12}(?:[-/]\w{1,12}){0,4}){0,2}(?![\w@])"
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_GAP = re.compile(r"[ \u00a0]?[:.#(=]{0,2}[ \u00a0]{0,2}[\"'“‘]?")
_AND = re.compile(r"(?:,| en| and| &)[ \u00a0]")
_DAY = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})$|(?:19|20)\d\d-\d\d-\d\d$")
_YEARS = re.compile(r"(?:19|20)\d\d(?:[-/](?:19|20)\d\d)?$")
_JUDGMENT = re.compile(r"[CTF]-\d{1,4}/\d\d|\d{4,6}/\d\d$")
_WORDS_BETWEEN = 4


def cases(text: str) -> Iterator[Span]:
    """Case numbers; judgments of international courts and papers of parliament are public."""
    for match in _KNOWN.finditer(text):
        yield Span("case", match.start(), match.end())
    taken, court = 0, _courts().search(text) is not None
    for cue in _words().finditer(text):
        strong = fold(cue.group()) in lexicon().words["case"]["strong"]
        if cue.end() < taken or (court and not strong):
            continue
        code = _code_after(text, cue.end(), strong, fold(cue.group()).endswith(("en", "s")))
        while code:
            taken = code.end()
            yield Span("case", code.start(), code.end())
            joint = _AND.match(text, code.end())
            code = _code_at(text, joint.end(), False, True) if joint else None


def _code_after(text: str, position: int, strong: bool, many: bool) -> re.Match[str] | None:
    """The code after an announcing word and words such as "met nummer"; before a code of a clear form one other word may stand.

    Args:
        strong: the word announces nothing but a code.
        many: it announces several, or a number of them.
    """
    strange = False
    for _ in range(_WORDS_BETWEEN):
        gap = _GAP.match(text, position)
        position = gap.end() if gap else position
        if code := _code_at(text, position, strong and not strange, many or strange):
            return code
        word = _WORD.match(text, position)
        if not word or (strange and fold(word.group()) not in lexicon().words["case"]["fillers"]):
            return None
        strange = strange or fold(word.group()) not in lexicon().words["case"]["fillers"]
        position = word.end()
    return None


def _code_at(text: str, position: int, strong: bool, formed: bool) -> re.Match[str] | None:
    """A code that begins here.

    Args:
        strong: a word that can only be followed by a code stands before it.
        formed: it must have letters or separators, so that no amount is taken.
    """
    code = _CODE.match(text, position)
    if not code:
        return None
    shown, digits = code.group(), sum(map(str.isdigit, code.group()))
    head, _, tail = shown.partition(" ")
    if not (any(map(str.isdigit, head)) or (head.isupper() and tail and not _label(head))):
        return None
    if _DAY.match(shown) or (_JUDGMENT.match(shown) and not strong):
        return None
    if strong:
        return code if digits >= 2 and len(shown) >= 3 else None
    letters, separated = any(map(str.isalpha, shown)), any(sign in shown for sign in "-/")
    if _YEARS.match(shown) or digits < (3 if letters else 4) or not (letters or separated or (shown.isdigit() and not formed)):
        return None
    return None if formed and not separated and not (letters and shown[0].isupper()) else code


def _label(word: str) -> bool:
    """Whether a word announces a number of another kind: "BSN", "TEL"."""
    words = lexicon().words
    return fold(word) in words["bsn"]["words"] | words["phone"]["words"] | words["birth"]["labels"]


@cache
def _words() -> re.Pattern[str]:
    compounds = rf"[^\W\d_]{{2,20}}?-?(?:{choice('case', 'compounds')})"
    return re.compile(rf"(?<![\w-])(?:{choice('case', 'strong')}|{choice('case', 'weak')}|{compounds})(?![\w-])", re.IGNORECASE)


@cache
def _courts() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{choice('case', 'courts')})\b", re.IGNORECASE)
