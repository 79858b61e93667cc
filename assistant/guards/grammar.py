"""What a name is made of: given names, initials, prefixes and surnames, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.guards.tokens import Tokens, name_like

_MOST_GIVEN = 6
_MOST_SURNAMES = 4
_MOST_PREFIXES = 3
_SHORT = 3
"""Letters of the longest group that is initials without dots ("JP Bakker")."""


@dataclass(frozen=True, slots=True)
class Name:
    """Tokens ``start`` to ``end`` (exclusive) read as a name.

    Attributes:
        given, initials, surnames: how many of each it has.
        last: where the surname with its prefixes begins; ``end`` without surname.
    """

    start: int
    end: int
    given: int
    initials: int
    surnames: int
    last: int

    @property
    def single(self) -> bool:
        """Whether it is one token."""
        return self.end - self.start == 1

    @property
    def inverted(self) -> bool:
        """Whether the surname comes first: "Jansen, P."."""
        return self.last == self.start and self.given + self.initials > 0


class Grammar:
    """Reads the longest name that can begin at a token; whether it is one, the words around it tell.

    Args:
        tokens: of the text.
        public: whether a name stands in a publication.
    """

    def __init__(self, tokens: Tokens, public: Callable[[str], bool]) -> None:
        self.tokens, self.public = tokens, public
        self.lists = tokens.lists

    def read(self, place: int, titled: bool) -> Name | None:
        """The name that begins at a token; None when none can.

        Args:
            titled: a title stands before it, so that letters without a dot are initials.
        """
        return self._inverted(place) or self._plain(place, titled)

    def _inverted(self, place: int) -> Name | None:
        """A surname with the given name behind it: "Jansen, P."."""
        tokens, second = self.tokens, place + 1
        if tokens.gap(second) != ", " or not tokens.upper(place) or tokens.key(place) not in tokens.lexicon.common:
            return None
        initials = self._initial(second, second, False)
        if not tokens.upper(second) or not (initials or tokens.sure(second)):
            return None
        return Name(place, place + 2, int(not initials), int(initials), 1, place)

    def _plain(self, place: int, titled: bool) -> Name | None:
        tokens, k, given, initials = self.tokens, place, 0, 0
        while k < len(tokens) and k - place < _MOST_GIVEN and (k == place or tokens.joined(k)):
            if self._initial(place, k, titled):
                initials += 1
            elif tokens.given(k) and self._goes_on(place, k):
                given += 1
            else:
                break
            k += 1
        last, surnames = k, 0
        while surnames < _MOST_SURNAMES:
            m = k
            while m - k < _MOST_PREFIXES and self._reaches(place, m) and self._prefix(m, k > place, surnames > 0):
                m += 1
            if not (self._reaches(place, m) and self._surname(place, k, m, surnames)):
                break
            k, surnames = m + 1, surnames + 1
        return Name(place, k, given, initials, surnames, last) if k > place else None

    def _reaches(self, start: int, place: int) -> bool:
        return place < len(self.tokens) and (place == start or self.tokens.joined(place))

    def _initial(self, start: int, place: int, titled: bool) -> bool:
        tokens, token = self.tokens, self.tokens[place]
        if token.initials:
            same = token.text[0].isupper() == tokens[start].text[0].isupper()
            return same and token.text.lower() not in self.lists["abbreviations"]
        return titled and tokens.upper(place) and token.text.isupper() and len(token.text) <= _SHORT and tokens.joined(place + 1)

    def _goes_on(self, start: int, place: int) -> bool:
        """Whether a given name belongs to a name that begins at ``start``: all with capitals, or surely a name."""
        tokens = self.tokens
        if tokens.upper(place):
            return place == start or not tokens.function(place)
        return place == start or (tokens.sure(place) and not tokens.upper(start))

    def _prefix(self, place: int, begun: bool, second: bool) -> bool:
        """Whether a token is a prefix.

        Args:
            begun: something of the name stands before it.
            second: a surname stands before it, so that "van" is an ordinary word.
        """
        tokens, key = self.tokens, self.tokens.key(place)
        double = tokens.gap(place) == "-" or tokens.key(place - 1).rpartition("-")[2] in self.lists["prefixes"]
        if key not in self.lists["prefixes"] or (second and key not in self.lists["inner"] and not double):
            return False
        return begun or not tokens.opens(place) or tokens.upper(place)

    def _surname(self, start: int, first: int, place: int, surnames: int) -> bool:
        """Whether a token is a surname.

        Args:
            start: where the name begins.
            first: its first prefix; ``place`` itself when it has none.
            surnames: how many stand before it.
        """
        tokens, key = self.tokens, self.tokens.key(place)
        if tokens[place].initials:
            return start < first < place and tokens.upper(place)
        if key in self.lists["prefixes"] or self.body(place):
            return False
        listed = key in tokens.lexicon.surnames
        if tokens.function(place) and not (listed and tokens.upper(place)) and not self._after_firm_prefix(first, place):
            return False
        bare = key not in tokens.lexicon.prefixed or key in tokens.lexicon.common
        listed = listed and (place > first or bare)
        if tokens.upper(place):
            return self._with_capital(start, first, place, listed)
        return not surnames and self._in_lower_case(start, first, place, listed)

    def _with_capital(self, start: int, first: int, place: int, listed: bool) -> bool:
        tokens, begun, prefixed = self.tokens, first > start, place > first
        loose = prefixed and all(tokens.key(k) in self.lists["loose"] for k in range(first, place))
        strange = name_like(tokens.key(place))
        town = prefixed and tokens.key(place) in tokens.lexicon.towns and tokens.key(first) not in self.lists["placing"]
        if tokens.known(place) and not (town or (prefixed and (not loose or not begun)) or (listed and begun)):
            return False
        if begun and not tokens.upper(start) and not tokens[start].initials:
            return listed or strange
        if loose and begun:
            return town or listed or (strange and not tokens.acronym(place) and not self.public(tokens[place].text))
        return begun or len(tokens.key(place)) > 1

    def _in_lower_case(self, start: int, first: int, place: int, listed: bool) -> bool:
        tokens, key, begun = self.tokens, self.tokens.key(place), first > start
        if tokens.known(place):
            return False
        if tokens.upper(start) and not tokens[start].initials and (begun or place == first):
            return False
        return listed or (begun and key in tokens.lexicon.common) or (name_like(key) and not tokens.sure(place))

    def _after_firm_prefix(self, first: int, place: int) -> bool:
        """Whether a prefix that is no everyday word makes a small word a surname: "Ten Have"."""
        firm = place > first and self.tokens.key(first) not in self.lists["loose"]
        return firm and self.tokens.upper(place) and self.tokens.key(place) not in self.lists["functions"]

    def strange_given(self, place: int) -> Name | None:
        """A given name of no list before a surname with prefixes: "Sjaan van der Wiel"; None when it is none."""
        tokens, end = self.tokens, place + 1
        if not tokens.strange(place):
            return None
        while end - place <= _MOST_PREFIXES and tokens.joined(end) and tokens.key(end) in self.lists["prefixes"]:
            end += 1
        if end == place + 1 or not tokens.joined(end) or not tokens.strange(end):
            return None
        listed, strange = tokens.key(end) in tokens.lexicon.surnames, name_like(tokens.key(place))
        firm = end - place > 2 and tokens.key(end - 1) not in self.lists["placing"]
        fits = (listed or name_like(tokens.key(end))) and (strange or not tokens.opens(place)) if firm else listed and strange
        return Name(place, end + 1, 1, 0, 1, place + 1) if fits else None

    def body(self, place: int) -> bool:
        """Whether a word is an institution, a street or a prize, or ends in one."""
        key = self.tokens.key(place)
        if key in self.tokens.lexicon.surnames:
            return False
        if key in self.lists["bodies"]:
            return self.tokens.upper(place) or key in self.lists["bodies_lower"]
        return key.endswith(self.tokens.lexicon.bodies)
