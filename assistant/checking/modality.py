"""Strength: a sentence may not be more absolute, more frequent, more binding or more certain than its quotes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from assistant.checking.lexicon import lexicon
from assistant.checking.reading import Passage, around, coverage

_SAID = 0.7
"""Share of what a hedge is about that a sentence must say before it has to hedge as well."""
_LEAST = 1.2
"""Weight of the content from which it says something by itself."""


def modality_fault(sentence: Passage, quotes: Sequence[Passage]) -> bool:
    """Whether a sentence claims more than its quotes."""
    own, known = sentence.lowers, frozenset().union(*(quote.lowers for quote in quotes))
    return (
        _absolute(sentence, quotes, known)
        or _stronger(sentence, known)
        or _binding(own, known, quotes)
        or _certain(sentence, own, quotes)
    )


def _absolute(sentence: Passage, quotes: Sequence[Passage], known: Iterable[str]) -> bool:
    words = lexicon()
    lower, whole = sentence.text.lower(), " ".join(quote.text for quote in quotes).lower()
    if any(phrase in lower and phrase not in whole for phrase in words.phrases):
        return True
    spared = {"alleen", "only"} if any(phrase in lower for phrase in words.neutral) else set()
    said = words.absolute.named_in(known)
    return any(
        (groups := words.absolute.named_by(word)) and not groups & said for word in _unspared(sentence) if word not in spared
    )


def _unspared(sentence: Passage, before_too: frozenset[str] = frozenset()) -> Iterator[str]:
    """Words but for those that claim nothing where they stand: after "van" or "hoe", before a negation."""
    lowers = ["", *(word.lower for word in sentence.words), ""]
    for before, word, after in zip(lowers, lowers[1:], lowers[2:], strict=False):
        if before not in lexicon().spared | before_too and after not in lexicon().negations:
            yield word


def _stronger(sentence: Passage, known: Iterable[str]) -> bool:
    """Whether something is said to be more frequent; quotes that do not say how often allow no "often"."""
    scale = lexicon().frequency
    comparing = lexicon().compares & frozenset(known)
    level = _highest(_unspared(sentence, lexicon().compared if comparing else frozenset()), scale)
    return level > 1 and level > _highest(known, scale)


def _binding(own: Iterable[str], known: Iterable[str], quotes: Sequence[Passage]) -> bool:
    words = lexicon()
    level, said = _highest(own, words.duty), _highest(known, words.duty)
    if said == 0 and (any(word in words.licence for word in known) or any(map(_orders, quotes))):
        said = 1
    return level > said


def _orders(quote: Passage) -> bool:
    """Whether a sentence of a quote begins with an imperative, after its list number or not, or tells what has to be."""
    if quote.text.lower().startswith(lexicon().demands):
        return True
    pairs = zip((None, *quote.words), quote.words, strict=False)
    return any(
        word.lower in lexicon().imperatives and (word.opens or (before is not None and before.opens and before.text[0].isdigit()))
        for before, word in pairs
    )


def _highest(words: Iterable[str], scale: Mapping[str, int]) -> int:
    return max((scale.get(word, 0) for word in words), default=0)


def _certain(sentence: Passage, own: Iterable[str], quotes: Sequence[Passage]) -> bool:
    hedge = lexicon().hedge
    if any(word in hedge or word in lexicon().soft for word in own):
        return False
    for quote in quotes:
        for clause in quote.clauses:
            if not clause or clause[0].lower in lexicon().purpose:
                continue
            for position, word in enumerate(clause):
                able = position > 0 and clause[position - 1].lower in lexicon().infinitive
                scope = around(clause, position) if word.lower in hedge and not able else []
                if sum(each.weight for each in scope) >= _LEAST and coverage(scope, sentence.words) >= _SAID:
                    return True
    return False
