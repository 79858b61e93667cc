"""Names of private persons: the words around a name that show one, and names that show themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Literal

from assistant.guards.found import Span
from assistant.guards.grammar import Grammar, Name
from assistant.guards.no_person import NoPerson
from assistant.guards.tokens import Tokens, name_like

Cue = Literal["title", "family", "near", "said", "office", ""]
"""What stands before a token: a title; a word for a family; kin, a role, or a name with "and"; a greeting or "called";
an office of state, whose holder is public; nothing."""
_NEAR = ("-", " ", "\u00a0", ", ", ": ", " (", ' "', " “", " '", " ‘", " - ")
_SIGNS = ("/", "&", "+")


def names(text: str, public: Callable[[str], bool]) -> Iterator[Span]:
    """Names of private persons; those that are public come with kind None.

    Args:
        public: whether a name stands in a publication.
    """
    return NameReader(Tokens(text), cache(public)).read()


class NameReader:
    """Reads the names of a text from left to right."""

    def __init__(self, tokens: Tokens, public: Callable[[str], bool]) -> None:
        self.tokens, self.public, self.lists = tokens, public, tokens.lists
        self.grammar = Grammar(tokens, public)
        self.no_person = NoPerson(tokens, self.grammar, public)
        self.ended = -1
        """The token after the last name found."""

    def read(self) -> Iterator[Span]:
        """Names, and the parts of them that are said again."""
        place, missed, said = 0, list[int](), set[str]()
        while place < len(self.tokens):
            name = self._name_at(place)
            if not name:
                missed.append(place)
                place += 1
                continue
            public = self.no_person.is_public(name)
            if not public:
                said.update(self.tokens.key(k) for k in range(name.start, name.end))
            yield Span(None if public else "name", *self._bounds(name))
            self.ended = place = name.end
        yield from self._again(missed, said)

    def _again(self, missed: list[int], said: set[str]) -> Iterator[Span]:
        """Parts of the names found, where nothing shows them: "mevrouw Achterberg ... Achterberg zegt"."""
        for place in missed:
            token, key = self.tokens[place], self.tokens.key(place)
            if key not in said or not self.tokens.upper(place) or self.tokens.function(place) or key in self.lists["prefixes"]:
                continue
            if token.initials or name_like(key) or (key in self.tokens.lexicon.surnames and not self.tokens.opens(place)):
                yield Span("name", token.start, token.end)

    def _bounds(self, name: Name) -> tuple[int, int]:
        genitive = name.single and self._genitive(name.start)
        return self.tokens[name.start].start, self.tokens[name.end - 1].end - genitive

    def _name_at(self, place: int) -> Name | None:
        cue = self._cue(place)
        if cue == "office":
            return None
        name = self.grammar.read(place, cue == "title")
        if name and ((cue and self._fits(name, cue)) or (not self.no_person.thing(name) and self._alone(name))):
            return name
        strange = self.grammar.strange_given(place)
        return strange if strange and not self.no_person.thing(strange) else self._owner(place)

    def _cue(self, place: int) -> Cue:
        tokens, key, gap = self.tokens, self.tokens.key(place - 1), self.tokens.gap(place)
        if place == 0 or tokens[place - 1].owner:
            return ""
        offices, upper = tokens.lexicon.words["public"]["offices"], tokens.upper(place)
        cue: Cue = ""
        if key in self.lists["titles"] and gap.lstrip(".") in ("", " ", "\u00a0"):
            cue = "title"
        elif key in offices and upper and gap.lstrip(".") == " ":
            cue = "office"
        elif key in self.lists["family"] and gap == " ":
            cue = "family"
        elif self._is_near(place):
            cue = "near"
        elif gap.strip() in ("", ",", ":", "-", "–"):
            called = key in self.lists["said"] or f"{tokens.key(place - 2)} {key}" in self.lists["said"] or self._signs(place)
            cue = "said" if called else ""
        return cue

    def _signs(self, place: int) -> bool:
        """Whether a token ends the text after a comma or on a line of its own, as a signature does."""
        gap, end = self.tokens.gap(place), self.tokens[place].end
        return place > 0 and ("," in gap or "\n" in gap) and not self.tokens.text[end:].strip(" .!\n")

    def _is_near(self, place: int) -> bool:
        """Whether kin or a role stands before a token, or another name and "and"."""
        tokens, key, gap, upper = self.tokens, self.tokens.key(place - 1), self.tokens.gap(place), self.tokens.upper(place)
        if key in self.lists["kin"] or key in self.lists["roles"]:
            return gap == " " or (upper and gap in _NEAR)
        if not upper:
            return False
        of_kin = key in self.lists["whose"] and gap == " " and tokens.key(place - 2) in self.lists["kin"]
        listed = key in self.lists["joints"] and place - 1 == self.ended
        return of_kin or listed or (place == self.ended and gap.strip() in _SIGNS)

    def _fits(self, name: Name, cue: Cue) -> bool:
        """Whether what stands behind a cue is a name."""
        tokens, start, key = self.tokens, name.start, self.tokens.key(name.start)
        if name.single and key in self.lists["placeholders"] and not (tokens[start].initials and key in self.lists["letters"]):
            return False
        if name.given:
            town = cue == "said" and key in tokens.lexicon.towns
            capital = tokens.upper(start) and not (name.single and (town or tokens.function(start)))
            return capital or tokens.sure(start) or (cue == "near" and key in self.lists["after_kin"])
        if name.initials:
            return tokens[start].text[0].isupper() or name.surnames > 0
        if cue == "family":
            return self._family(name)
        return cue == "title" or self._strange(name)

    def _family(self, name: Name) -> bool:
        """Whether a surname stands behind a word for a family: "familie van Buren", and not "familie in Buren"."""
        tokens, last = self.tokens, name.end - 1
        if not tokens.upper(last):
            return tokens.key(last) in tokens.lexicon.common
        return not tokens.known(last) if name.single else tokens.key(name.start) not in self.lists["placing"]

    def _strange(self, name: Name) -> bool:
        """Whether a surname without title is one: with a capital, on a list or like a name, and of no organisation."""
        tokens, place = self.tokens, name.end - 1
        key, listed = tokens.key(place), tokens.key(place) in tokens.lexicon.surnames
        if not tokens.upper(place) or tokens.acronym(place) or (tokens.known(place) and (name.single or not listed)):
            return False
        if tokens.key(name.start) in self.lists["loose"] and not tokens.upper(name.start):
            person = listed and name.surnames == 1 and not tokens.given(place)
            return person and tokens.key(name.start) not in self.lists["placing"]
        if listed:
            return not (name.single and tokens.opens(place) and key in tokens.lexicon.prefixed)
        return name_like(key) and not key.endswith(tuple(self.lists["origins"])) and not self.public(tokens[place].text)

    def _alone(self, name: Name) -> bool:
        """Whether it is a name without any cue."""
        tokens, start = self.tokens, name.start
        if not tokens.bounded(start, name.end) or (tokens.acronym(start) and not name.surnames):
            return False
        if tokens[start].initials:
            return name.given + name.surnames > 0 and self._initialled(name)
        if name.inverted:
            return True
        if name.given:
            return self._lone(start) if name.single else self._full(name)
        return tokens.upper(start) and self._pair(name)

    def _lone(self, place: int) -> bool:
        """Whether a given name alone is one: no word, month or town, or a word with a capital inside a sentence."""
        tokens, key = self.tokens, self.tokens.key(place)
        if tokens.known(place) or tokens.acronym(place) or key in self.lists["weak"]:
            return False
        if tokens.sure(place):
            end = tokens[place].end
            date = key in self.lists["months"] and tokens.text[end : end + 2].strip(" .").isdigit()
            return not date and not self.no_person.among_authors(place)
        if len(key) < 2 or key not in self.lists["ordinary"] or tokens.function(place):
            return False
        run = (tokens.joined(place + 1) and tokens.upper(place + 1)) or (
            tokens.joined(place) and tokens.upper(place - 1) and not tokens.opens(place - 1)
        )
        return tokens.upper(place) and not tokens.opens(place) and not run

    def _full(self, name: Name) -> bool:
        """Whether a given name with more behind it is a full name."""
        tokens, last = self.tokens, name.end - 1
        if tokens.sure(name.start):
            return True
        if not tokens.upper(name.start) or self.no_person.organisation(name.start + 1, name.end):
            return False
        if not tokens.opens(name.start) and tokens.key(name.start) not in self.lists["weak"]:
            return True
        listed = tokens.key(last) in tokens.lexicon.surnames or tokens[last].initials
        return listed or name_like(tokens.key(last)) or tokens.sure(name.start + 1)

    def _initialled(self, name: Name) -> bool:
        """Whether initials with a word behind are a name."""
        tokens, last = self.tokens, name.end - 1
        listed = tokens.key(last) in tokens.lexicon.surnames
        if (tokens.known(last) and not listed) or tokens[name.start].text[0].isupper() != tokens[last].text[0].isupper():
            return False
        return listed or tokens.given(last) or name_like(tokens.key(last))

    def _pair(self, name: Name) -> bool:
        """Whether words with capitals are a name though no list has its given name."""
        tokens, lexicon = self.tokens, self.tokens.lexicon
        words = [k for k in range(name.start, name.end) if tokens.key(k) not in self.lists["prefixes"]]
        if len(words) < 2 or self.no_person.organisation(name.start, name.end) or tokens.caseless(words[0]):
            return False
        if any(tokens.key(k).endswith(tuple(self.lists["origins"])) and not tokens.given(k) for k in words):
            return False
        first, rest = tokens.key(words[0]), words[1:]
        if first in lexicon.surnames and any(tokens.sure(k) or (tokens.given(k) and first not in lexicon.prefixed) for k in rest):
            return first not in lexicon.words["public"]["offices"]
        if not name_like(first):
            return False
        words_known = [k for k in rest if not (name_like(tokens.key(k)) or tokens.given(k) or tokens.key(k) in lexicon.surnames)]
        return not words_known or not tokens.opens(name.start) or (not first.isascii() and len(words_known) < len(rest))

    def _genitive(self, place: int) -> bool:
        """Whether a token is a given name with a possessive s: "Gerbens moeder"."""
        tokens, key = self.tokens, self.tokens.key(place)
        genitive = len(key) > 3 and key.endswith("s") and key[:-1] in tokens.lexicon.sure
        return genitive and tokens.upper(place) and not tokens.given(place)

    def _owner(self, place: int) -> Name | None:
        """A name that owns what follows: "Gerbens moeder", "Shaniqua's zus"; None when it is none."""
        tokens, key = self.tokens, self.tokens.key(place)
        owned = tokens.key(place + 1) in self.lists["kin"] or tokens.key(place + 1) in self.lists["owned"]
        if not tokens.upper(place) or tokens.acronym(place):
            return None
        genitive = self._genitive(place) and (owned or (not name_like(key) and key not in tokens.lexicon.surnames))
        strange = (
            tokens[place].owner and owned and name_like(key) and not tokens.known(place) and not self.public(tokens[place].text)
        )
        return Name(place, place + 1, 1, 0, 0, place + 1) if genitive or strange else None
