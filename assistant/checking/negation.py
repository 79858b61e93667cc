"""Negation: what the quotes deny a sentence may not say, and the other way round."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from assistant.checking.lexicon import lexicon
from assistant.checking.reading import Passage, Word, around, coverage

_SCOPE = 3
"""Content words around a negation, on either side in its clause, that it may deny."""
_SAID = 0.6
"""Share of what a quote's negation denies that a sentence must say before it has to deny it too."""
_SURELY = 0.95
_CLEARLY = 0.34
"""How much better clauses that deny nothing must fit before a negation of the sentence counts as added."""

Clause = Sequence[Word]


def negation_fault(sentence: Passage, quotes: Sequence[Passage]) -> bool:
    """Whether a sentence denies what no quote denies, or leaves out the "not" of what it says after them."""
    clauses = [clause for quote in quotes for clause in quote.clauses]
    known = {word.lower for clause in clauses for word in clause}
    if _turned(sentence.clauses, clauses) or _turned(clauses, sentence.clauses):
        return True
    whole = [word for clause in clauses for word in clause]
    if _outnumbered(clauses, sentence.words) or _outnumbered(sentence.clauses, whole) or _plenty(sentence, clauses, known):
        return True
    dropped = any(
        _dropped(_scope(clause, position), sentence)
        for quote in quotes
        for clause in quote.clauses
        for position in _denials(clause)
    ) or any(
        _dropped([word for word in clause[position + 1 :] if word.weight][:2], sentence, _SURELY)
        for quote in quotes
        for clause in quote.clauses
        for position in _denials(clause)
    )
    return dropped or any(
        _added(sentence, clause, position, clauses, known) for clause in sentence.clauses for position in _denials(clause)
    )


def _outnumbered(clauses: Sequence[Clause], others: Clause) -> bool:
    """Whether clauses deny more often what other words say than these deny, or find lacking, themselves."""
    own = {word.lower for clause in clauses for word in clause}
    said = 0
    for clause in clauses:
        last = -_SCOPE
        for position, word in enumerate(clause):
            if not word.denies:
                continue
            # "niet of nauwelijks" and "noch … noch" deny once.
            if (
                position - last >= _SCOPE
                and coverage(_scope(clause, position), others) >= _SURELY
                and word.lower not in lexicon().again
            ):
                said += 1
            last = position
    answers = [word for word in others if word.denies or (word.lower in lexicon().lack and word.lower not in own)]
    return said > len(answers) and not _opposed([word for clause in clauses for word in clause], others)


def _dropped(scope: Clause, sentence: Passage, said: float = _SAID) -> bool:
    """Whether a sentence says what is denied, and denies nothing where it does."""
    scope = [word for word in scope if not lexicon().roles.named_by(word.lower)] or scope
    if not scope or coverage(scope, sentence.words) < said:
        return False
    speaking = [clause for clause in sentence.clauses if coverage(scope, clause) > 0]
    return not any(_negative(clause) for clause in speaking) and not _opposed(scope, sentence.words)


def _added(sentence: Passage, clause: Clause, position: int, others: Sequence[Clause], known: set[str]) -> bool:
    """Whether the quotes say, without denying it, what a sentence denies at a position."""
    close = clause[position + 1 : position + 3]
    doubled = [word for word in close if word.lower in lexicon().lack]
    if doubled and any(word.lower in known for word in doubled):
        lacks = {word.lower for word in doubled}
        return not any(
            other[before].denies
            for other in others
            for place, word in enumerate(other)
            if word.lower in lacks
            for before in range(max(0, place - _SCOPE), place)
        )
    scope = _scope(clause, position)
    if _opposed(scope, [word for other in others for word in other]):
        return False
    own = {word.lower for word in sentence.words}
    denying = [coverage(scope, reach) for reach in _denied(others, own)]
    saying = [coverage(scope, other) for other in others if not _negative(other, own)]
    return not denying or max(saying, default=0.0) > max(denying) + _CLEARLY


def _denied(clauses: Sequence[Clause], own: set[str]) -> list[Clause]:
    """What each denying clause speaks of: a short one ("it is not wise") of the clause after it as well."""
    found: list[Clause] = []
    for clause, following in zip(clauses, [*clauses[1:], ()], strict=True):
        if _negative(clause, own):
            short = sum(word.weight > 0 for word in clause) < _SCOPE or clause[-1].lower in lexicon().lack
            found.append([*clause, *following] if short else clause)
    return found


def _negative(words: Iterable[Word], but: Collection[str] = ()) -> bool:
    """Whether words deny or find something lacking; words ``but`` of lack do not count."""
    return any(word.denies or (word.lower in lexicon().lack and word.lower not in but) for word in words)


def _plenty(sentence: Passage, quotes: Sequence[Clause], known: Collection[str]) -> bool:
    """Whether a sentence finds enough of what the quotes find too little."""
    for clause in sentence.clauses:
        for position, word in enumerate(clause):
            if word.lower not in lexicon().plenty or word.lower in known or _negative(clause):
                continue
            scope = around(clause, position, 2)
            fits = [(coverage(scope, quote), _negative(quote)) for quote in quotes]
            fit, lacking = max(fits, default=(0.0, False))
            if fit >= _SAID and lacking:
                return True
    return False


def _turned(one: Sequence[Clause], other: Sequence[Clause]) -> bool:
    """Whether a word of a text stands in the other without its negating prefix ("onvoldoende"), and nothing denies it."""
    words = {word.lower for clause in one for word in clause}
    for clause in other:
        for word in clause:
            bare = next((word.lower.removeprefix(p) for p in lexicon().prefixes if word.lower.startswith(p)), "")
            if len(bare) < 5 or word.lower in words or bare not in words:
                continue
            if not any(_negative(each) for each in one if bare in {w.lower for w in each}):
                return True
    return False


def _opposed(scope: Iterable[Word], words: Iterable[Word]) -> bool:
    """Whether a word of a scope stands among others with a prefix that turns it round ("gelijk", "ongelijk")."""
    others, contrary = {word.lower for word in words}, lexicon().opposites
    turned = [{*contrary.get(word.lower, ()), *(prefix + word.lower for prefix in lexicon().prefixes)} for word in scope]
    return any(each & others for each in turned)


def _denials(clause: Clause) -> list[int]:
    return [position for position, word in enumerate(clause) if word.denies]


def _scope(clause: Clause, position: int) -> list[Word]:
    after = [word for word in clause[position + 1 :] if word.weight][:_SCOPE]
    if clause[position].lower in lexicon().forward and after:
        return after
    return around(clause, position, _SCOPE)
