"""Near-copies: a sentence that follows a quote's sentence word for word may not put one of its names elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from assistant.checking.lexicon import lexicon
from corpus.sentences import sentences_in

_NEAR = 0.8
"""Ratio of equal words from which a sentence is a near-copy."""
_WORD = re.compile(r"\w+(?:[-’']\w+)*")


def misplaces_a_name(text: str, quotes: Sequence[str]) -> bool:
    """Whether a near-copy of a quote's sentence has a capitalised word where the quote has another, or none.

    >>> misplaces_a_name("In 2018 begon Utrecht met de werkgroep.", ["In 2018 begon Rotterdam met de werkgroep. Utrecht volgde."])
    True
    """
    own = _WORD.findall(text)
    for quote in quotes:
        for line in quote.split("\n"):
            for sentence in sentences_in(line):
                if _differs(own, _WORD.findall(sentence.text)):
                    return True
    return False


def _differs(own: Sequence[str], quoted: Sequence[str]) -> bool:
    # In lower case, so that a word that begins the one sentence and not the other is the same.
    match = SequenceMatcher(None, [word.lower() for word in own], [word.lower() for word in quoted], autojunk=False)
    if match.ratio() < _NEAR:
        return False
    changed = (
        range(start, end)
        for kind, start, end, begin, stop in match.get_opcodes()
        if kind != "equal" and not (begin == 0 and _small(quoted[:stop]))
    )
    return any(number > 0 and own[number][0].isupper() for numbers in changed for number in numbers)


def _small(words: Sequence[str]) -> bool:
    """Whether words stand for a name rather than give one ("Het is" for "De groep is")."""
    return bool(words) and all(word.lower() in lexicon().small for word in words)
