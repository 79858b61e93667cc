"""Drafts of bank questions for sentences that no question leads to: from headings and sentences, without a language model.

They are plain and a person rewrites or drops them; the forms are data (``prompts/suggest.toml``), by kind of sentence.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from corpus.bank import BankQuestion
from corpus.check import Admission, open_sentences
from corpus.publication import Publication
from corpus.sentences import Sentence, sentences_of
from corpus.unit import Unit
from corpus.vocabulary import rarest

_LANGUAGES = ("nl", "en")
_TOPIC_WORDS = 5
"""Words of a name that a question may take over; one more and it would copy the text."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A draft of a row of ``questions.jsonl``; ``origin`` says what made it: ``template:<kind>`` or ``model:<name>``."""

    question: str
    unit: str
    quote: str
    origin: str

    @property
    def row(self) -> BankQuestion:
        return BankQuestion(self.question, self.unit, self.quote)

    def line(self) -> str:
        """Itself as a JSON line."""
        return json.dumps(asdict(self), ensure_ascii=False)


def suggestions(publication: Publication, admission: Admission | None = None) -> list[Suggestion]:
    """Drafts for every sentence that no bank question leads to, at most one for each, and for every unit without a question.

    What copies the text, or is asked already, is left out.

    Args:
        admission: what has judged other drafts already; None: a new one.
    """
    admission = admission or Admission(publication)
    asked = {row.unit for row in publication.bank}
    begun: set[str] = set()
    found: list[Suggestion] = []
    for unit, sentence in open_sentences(publication):
        if unit.id not in asked and unit.id not in begun:
            begun.add(unit.id)
            found += _first(_titled(publication, unit), admission)
        found += _first(_drafts(publication, unit, sentence), admission)
    return found


def _first(drafts: Iterator[Suggestion], admission: Admission) -> list[Suggestion]:
    return next(([draft] for draft in drafts if admission.refusal(draft.row) is None), [])


def _titled(publication: Publication, unit: Unit) -> Iterator[Suggestion]:
    first = sentences_of(unit)[0]
    yield from _asked(publication, unit, first, "title", None)


def _drafts(publication: Publication, unit: Unit, sentence: Sentence) -> Iterator[Suggestion]:
    """Drafts for a sentence: of the first kind that fits it, then of the kind that fits all."""
    forms = _forms(publication.language)
    if unit.blocks[sentence.block].kind == "list":
        yield from _asked(publication, unit, sentence, "list", None)
    for kind, form in forms.items():
        match = re.search(form["pattern"], sentence.text) if "pattern" in form else None
        if match:
            yield from _asked(publication, unit, sentence, kind, match)
            break
    yield from _asked(publication, unit, sentence, "statement", None)


def _asked(
    publication: Publication, unit: Unit, sentence: Sentence, kind: str, match: re.Match[str] | None
) -> Iterator[Suggestion]:
    words = [_within(word, sentence.text) for word in rarest(sentence.text, 2)]
    values = {
        "topic": _plain(publication.short_name(unit, publication.language)),
        "subject": _lowered((match.groupdict().get("subject") if match else None) or ""),
        "word": next((_within(word, sentence.text) for word in rarest(sentence.text)), ""),
        "words": _both(publication.language).join(words) if len(words) == 2 else "",
    }
    block = unit.blocks[sentence.block]
    whole = kind == "list" and sentence.start == block.start
    quote = unit.text[block.start : block.end] if whole else sentence.text
    for form in _forms(publication.language)[kind]["questions"]:
        if all(values[name] for name in re.findall(r"\{(\w+)\}", form)):
            yield Suggestion(form.format(**values), unit.id, quote, f"template:{kind}")


def _plain(name: str) -> str:
    """A unit's short name without its number; empty when it is too long to be a part of a question."""
    words = re.sub(r"^[\d.]+\s+", "", name.rstrip(":. ")).split()
    return _lowered(" ".join(words)) if len(words) <= _TOPIC_WORDS else ""


def _lowered(text: str) -> str:
    """As it stands within a sentence: abbreviations keep their capitals."""
    text = text.strip()
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _within(word: str, sentence: str) -> str:
    """A word as it stands within a sentence, also when it is the first of this one."""
    return _lowered(word) if re.match(rf"\W*(?:\d+\.\s*)?{re.escape(word)}", sentence) else word


def _both(language: str) -> str:
    return str(_data()[language if language in _LANGUAGES else _LANGUAGES[0]]["both"])


def _forms(language: str) -> dict[str, dict[str, Any]]:
    chosen = _data()[language if language in _LANGUAGES else _LANGUAGES[0]]
    return {kind: form for kind, form in chosen.items() if isinstance(form, dict)}


@cache
def _data() -> dict[str, dict[str, Any]]:
    return tomllib.loads((files("prompts") / "suggest.toml").read_text(encoding="utf-8"))
