"""Names: of organisations, laws, programmes, places and people. Each of a sentence must stand in the quotes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from assistant.checking.lexicon import lexicon
from assistant.checking.reading import Passage, Word
from assistant.guards.lexicon import lexicon as proper
from corpus.vocabulary import is_word

_ANY = re.compile(r"[^\W\d_]+")
_STEM = 5
_ENDINGS = ("'s", "s", "se", "e")


class Names:
    """Knows the names of a corpus: words that it writes with a capital wherever they stand inside a sentence.

    Args:
        texts: sentences of the corpus.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        inside: Counter[str] = Counter()
        lower: Counter[str] = Counter()
        for text in texts:
            for position, word in enumerate(_ANY.findall(text)):
                if word[0].islower():
                    lower[word] += 1
                elif position:
                    inside[word.lower()] += 1
        self._known = frozenset(word for word in inside if not lower[word] and len(word) > 2)
        self._plain = frozenset(lower) | lexicon().small

    def fault(self, sentence: Passage, quotes: Sequence[Passage], language: str) -> bool:
        """Whether a sentence has a name that the quotes have not; in English a name may be translated word by word."""
        whole = " ".join(quote.text for quote in quotes)
        words = [word.lower() for word in _ANY.findall(whole)]
        initials = _initials(whole)
        known = (
            frozenset[str]().union(*(word.keys for quote in quotes for word in quote.words)) if language == "en" else frozenset()
        )
        return any(self.is_name(word) and not word.keys & known and not _stands(word, words, initials) for word in sentence.words)

    def is_name(self, word: Word) -> bool:
        if not word.text[0].isupper() or word.lower in lexicon().common:
            return False
        if lexicon().units.named_by(word.lower):
            return False
        if not word.opens or (len(word.text) > 1 and word.text.isupper()):
            return True
        if word.lower in self._known and not is_word(word.lower):
            return True
        return word.lower not in self._plain and (bool(lexicon().names.named_by(word.lower)) or word.lower in proper().proper)


def _stands(name: Word, words: Sequence[str], initials: str) -> bool:
    """Whether a name is among words, in another form or language, or as the initials of several."""
    groups = lexicon().names
    for part in _ANY.findall(name.lower) or [name.lower]:
        own = groups.named_by(part)
        bare = next((part.removesuffix(end) for end in _ENDINGS if part.endswith(end)), part)
        if not any(
            own & groups.named_by(word)
            or word in (part, bare)
            or (len(bare) >= _STEM and word.startswith(bare))
            or _alike(bare, word)
            for word in words
        ) and not (name.text.isupper() and part in initials):
            return False
    return True


def _alike(bare: str, word: str) -> bool:
    return len(word) >= _STEM and bare.startswith(word)


def _initials(text: str) -> str:
    return "".join(word[0].lower() for word in _ANY.findall(text) if word[0].isupper())
