"""How well personal data is found: the share of marked spans that are, and of look-alikes in which something is masked.

Cases are lines of ``datasets/personal.jsonl``: ``id``, ``text``, ``spans`` (each with ``kind`` and ``text``, in order).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.guards.personal import Found, find_personal

_GENITIVE = ("", "s", "'s", "’s")


@dataclass(slots=True)
class PersonalScore:
    """Counts over cases.

    Attributes:
        spans, found: marked spans, and those found with their kind and bounds (a possessive s may be part of them).
        look_alikes, masked: cases without marked span, and those in which something was found.
        missed: id, kind and text of each span that was not found.
        wrong: id, kind and text of everything found that is not marked.
    """

    spans: int = 0
    found: int = 0
    look_alikes: int = 0
    masked: int = 0
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)


def score_personal(cases: Iterable[Mapping[str, Any]], public: Callable[[str], bool]) -> PersonalScore:
    """Score the guard on cases.

    Args:
        public: whether a name stands in a publication.
    """
    score = PersonalScore()
    for case in cases:
        found = find_personal(case["text"], public)
        left = list(found)
        for span in case["spans"]:
            score.spans += 1
            hit = next((item for item in left if _is(item, case["text"], span)), None)
            if hit:
                left.remove(hit)
                score.found += 1
            else:
                score.missed.append((case["id"], span["kind"], span["text"]))
        score.look_alikes += not case["spans"]
        score.masked += not case["spans"] and bool(found)
        score.wrong += [(case["id"], kind, case["text"][start:end]) for kind, start, end in left]
    return score


def _is(item: Found, text: str, span: Mapping[str, str]) -> bool:
    return item.kind == span["kind"] and text[item.start : item.end] in {span["text"] + end for end in _GENITIVE}
