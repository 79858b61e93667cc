"""Who does what to whom: each role of a sentence must be in its quotes, and two actors may not have changed places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

from assistant.checking.lexicon import lexicon
from assistant.checking.reading import Passage, Word

_NEAR = 6
"""Words around an actor that tell its part."""
_MARKER = 3.0
"""How much a preposition before an actor counts against a content word next to it."""
_FIRST = 1.5
"""How much being the first of two in a sentence counts."""
_CLEARLY = 1.05
"""How many times better the exchanged reading must fit."""
_AT_LEAST = 1.35
_JOINED = 3
_PART = 5
"""Letters of a role's word that may begin a compound ("plegerhulp")."""

Surroundings = Mapping[str, float]
Actors = Mapping[str, Sequence[int]]
"""Actor -> positions of its words: a role by the number of its group, a name by its last word."""


def actor_fault(sentence: Passage, quotes: Sequence[Passage], is_name: Callable[[Word], bool]) -> bool:
    """Whether a sentence has a role that the quotes have not, or has exchanged two actors.

    Args:
        is_name: whether a word is one of a name; names are actors too.
    """
    lowers = frozenset(word.lower for quote in quotes for word in quote.words)
    if _missing(sentence, lowers):
        return True
    own, there = _actors(sentence, is_name), [_actors(quote, is_name) for quote in quotes]
    both = sorted(own.keys() & {actor for each in there for actor in each})
    return any(_exchanged(pair, (sentence, own), list(zip(quotes, there, strict=True))) for pair in combinations(both, 2))


def _missing(sentence: Passage, lowers: frozenset[str]) -> bool:
    own = [roles for word in sentence.words if word.weight and (roles := lexicon().roles.named_by(word.lower))]
    known = roles_known(lowers, frozenset().union(*own))
    return any(not roles & known for roles in own)


def roles_known(lowers: frozenset[str], said: frozenset[int]) -> frozenset[int]:
    """Roles that the words of quotes name or stand for.

    Args:
        said: roles that the sentence names; some words stand for two of them together.
    """
    words = lexicon()
    known = words.roles.named_in(lowers)
    known |= {
        role for word, roles in words.roles.by_word.items() if len(word) >= _PART for role in roles if _begins(lowers, word)
    }
    known |= {role for role, standing in words.stands.items() if standing & lowers}
    for pair, beginnings in words.pairs.items():
        if pair <= said and any(_begins(lowers, beginning) for beginning in beginnings):
            known |= pair
    return known


def _begins(words: Iterable[str], beginning: str) -> bool:
    return any(word.startswith(beginning) for word in words)


def _actors(text: Passage, is_name: Callable[[Word], bool]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for position, word in enumerate(text.words):
        for role in lexicon().roles.named_by(word.lower):
            found.setdefault(str(role), []).append(position)
        following = text.words[position + 1] if position + 1 < len(text.words) else None
        if is_name(word) and not (following and is_name(following)) and not lexicon().roles.named_by(word.lower):
            found.setdefault(word.lower, []).append(position)
    return found


def _exchanged(pair: tuple[str, str], sentence: tuple[Passage, Actors], quotes: Sequence[tuple[Passage, Actors]]) -> bool:
    """Whether what is said of two actors fits better when they change places in the quotes."""
    first, second = (_surroundings(one, other, [sentence]) for one, other in (pair, pair[::-1]))
    there, here = (_surroundings(one, other, quotes) for one, other in (pair, pair[::-1]))
    straight = _fit(first, there) + _fit(second, here)
    crossed = _fit(first, here) + _fit(second, there)
    return crossed > _CLEARLY * straight + _AT_LEAST


def _surroundings(actor: str, other: str, texts: Sequence[tuple[Passage, Actors]]) -> dict[str, float]:
    """What stands around an actor: words nearer to it than to the other, its prepositions, whether it comes first."""
    found: dict[str, float] = {}
    for text, actors in texts:
        own, others = _apart(actors.get(actor, []), actors.get(other, []), text.words)
        for at in own:
            if at in others:
                continue
            before = range(max(0, at - 2), at)
            markers = [index for index in before if text.words[index].lower in lexicon().markers]
            for index in markers:
                found[f"<{text.words[index].lower}"] = _MARKER
            same = [each for each in others if text.words[each].sentence == text.words[at].sentence]
            if not markers and same and at < min(same):
                found["<first"] = _FIRST
            begin = markers[0] if markers else max(0, at - _NEAR)
            for index in range(begin, min(len(text.words), at + _NEAR + 1)):
                _add(found, text.words, index, at, others)
    return found


def _add(found: dict[str, float], words: Sequence[Word], index: int, at: int, others: Sequence[int]) -> None:
    word = words[index]
    nearer = all(abs(index - at) <= abs(index - each) for each in others)
    if not word.weight or index in (at, *others) or not nearer or word.clause != words[at].clause:
        return
    meanings = [key for key in word.keys if key.startswith("#")] or [min(word.keys, key=len)]
    for key in meanings:
        found[key] = max(found.get(key, 0.0), 1.0 / abs(index - at) / len(meanings))


def _apart(own: Sequence[int], others: Sequence[int], words: Sequence[Word]) -> tuple[list[int], list[int]]:
    """Positions of two actors without those where they are named together ("mannen en vrouwen")."""
    joined = {each for a in own for b in others if _together(words, min(a, b), max(a, b)) for each in (a, b)}
    return [at for at in own if at not in joined], [at for at in others if at not in joined]


def _together(words: Sequence[Word], begin: int, end: int) -> bool:
    between = [word.lower for word in words[begin + 1 : end]]
    return len(between) < _JOINED and bool(between) and between[0] in lexicon().together


def _fit(one: Surroundings, other: Surroundings) -> float:
    return sum(min(weight, other[key]) for key, weight in one.items() if key in other)
