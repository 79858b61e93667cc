"""What shows that a name is not that of a private person: a law, a house, a judgment, an author of a publication."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from assistant.guards.found import Span
from assistant.guards.grammar import Grammar, Name
from assistant.guards.lexicon import choice, fold, personal_data, plain
from assistant.guards.tokens import Tokens
from corpus.vocabulary import is_word


class NoPerson:
    """Tells names of private persons from what looks like them.

    Args:
        tokens: of the text.
        grammar: of its names.
        public: whether a name stands in a publication.
    """

    def __init__(self, tokens: Tokens, grammar: Grammar, public: Callable[[str], bool]) -> None:
        self.tokens, self.grammar, self.public = tokens, grammar, public
        self.lists = tokens.lists

    def thing(self, name: Name) -> bool:
        """Whether the words around make it a law, a house, a judgment, a cited work or someone in an office of state."""
        tokens, start, end = self.tokens, name.start, name.end
        before = tokens.key(start - 1)
        if before in self.lists["things"] and tokens.joined(start):
            return True
        of_thing = before in self.lists["whose"] and tokens.key(start - 2) in self.lists["things"] and tokens.upper(start - 2)
        if of_thing and (not tokens.opens(start - 2) or tokens.quoted(start - 2)):
            return True
        if before in tokens.lexicon.words["public"]["offices"] and tokens.upper(start):
            return True
        if tokens.joined(end):
            if self.grammar.body(end) and tokens.upper(end) == tokens.upper(start):
                return True
            if tokens.gap(end) == "-" and (tokens.key(end) in self.lists["bodies"] or tokens.key(end) in self.lists["things"]):
                return True
        stop = tokens[end - 1].end
        return self._judgment(name) or fold(tokens.text[stop : stop + 8]).lstrip().startswith(tuple(self.lists["citation"]))

    def _judgment(self, name: Name) -> bool:
        """Whether it is a party of a judgment: "Kurt v. Austria"."""
        tokens, lists = self.tokens, self.tokens.lexicon.words["judgments"]
        behind = {tokens.key(name.end + 1), f"{tokens.key(name.end + 1)} {tokens.key(name.end + 2)}"}
        if tokens.key(name.end) in lists["versus"] and not behind.isdisjoint(lists["countries"]):
            return True
        return tokens.key(name.start - 1) in lists["versus"] and tokens.key(name.start) in lists["countries"]

    def organisation(self, first: int, end: int) -> bool:
        """Whether a word is a town, an organisation, an acronym or stands in a publication; surnames of many are let through."""
        tokens = self.tokens
        for place in range(first, end):
            key = tokens.key(place)
            if tokens[place].initials or key in self.lists["prefixes"] or key in tokens.lexicon.surnames:
                continue
            if tokens.known(place) or tokens.acronym(place) or self.public(tokens[place].text):
                return True
        return False

    def among_authors(self, place: int) -> bool:
        """Whether a surname that publications print stands beside a token: "Harthoorn en Martina"."""
        tokens, joints = self.tokens, self.lists["joints"]
        before = place - 2 if tokens.key(place - 1) in joints else place - 1
        after = place + 2 if tokens.key(place + 1) in joints else place + 1
        beside = [
            k for k, at in ((before, place), (after, place + 1)) if 0 <= k < len(tokens) and tokens.gap(at) in (" ", ", ", " & ")
        ]
        strange = [k for k in beside if not (is_word(tokens.key(k)) or tokens.given(k) or tokens.known(k))]
        return any(self.public(tokens[k].text) for k in strange)

    def is_public(self, name: Name) -> bool:
        """Whether publications print the name, or it is one of history; a surname alone only when few bear it."""
        tokens = self.tokens
        shown = tokens.text[tokens[name.start].start : tokens[name.end - 1].end]
        if name.inverted:
            shown = f"{tokens[name.end - 1].text} {tokens[name.start].text}"
        if not (name.single and name.given) and plain(shown) in tokens.lexicon.persons:
            return True
        if name.given:
            return not name.single and self.public(shown)
        key = tokens.key(name.end - 1)
        if not name.surnames or key in tokens.lexicon.common or key in tokens.lexicon.prefixed:
            return False
        return self.public(tokens.text[tokens[name.last].start : tokens[name.end - 1].end]) or self.public(shown)


def phrases(text: str) -> Iterator[Span]:
    """People of history, and set phrases with a name of nobody: "Jan Modaal"."""
    for match in _phrase().finditer(text):
        yield Span(None, match.start(), match.end())


@cache
def _phrase() -> re.Pattern[str]:
    persons = "|".join(re.escape(name) for name in personal_data()["public"]["persons"] if " " in name)
    return re.compile(rf"(?<!\w)(?:{choice('public', 'phrases')}|{persons})(?!\w)", re.IGNORECASE)
