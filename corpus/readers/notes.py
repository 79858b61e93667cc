"""Footnotes in HTML: a raised link to an element, which holds the note's text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from corpus.repair import one_line
from corpus.wording import table

_LABEL = re.compile(r"[\[(]?\s*(\w{1,4}|[*†‡§]{1,3})\s*[\])]?[.:]?")
_NOTE_HOLDERS = frozenset({"li", "p", "div", "aside", "dd", "section", "td", "tr", "dl"})


class Notes:
    """Which links are footnote marks, and which elements are their notes.

    Args:
        root: the whole page.
        content: the main content: marks are looked for in it, notes anywhere.
    """

    def __init__(self, root: Any, content: Any) -> None:
        by_id = {element.get("id"): element for element in root.iter() if isinstance(element.tag, str) and element.get("id")}
        by_id |= {a.get("name"): a for a in root.iter("a") if a.get("name") and a.get("name") not in by_id}
        self._marks: dict[Any, str] = {}
        self._links: set[Any] = set()
        self._notes: dict[Any, str] = {}
        self._inside = set(content.iter())
        for link in content.iter("a"):
            target = by_id.get((link.get("href") or "").partition("#")[2])
            label = _LABEL.fullmatch(one_line("".join(link.itertext())))
            # Within a note a link of this form leads back to its mark.
            if target is None or not label or not _is_reference(link) or self._is_in_note(link):
                continue
            note = _holder(target)
            if note is None or note in set(link.iterancestors()) or any(mark in self._marks for mark in note.iter()):
                continue
            name = self._notes.setdefault(note, self._unique(label.group(1)))
            self._links.add(link)
            self._marks[link] = name
            outer = link.getparent()
            if outer.tag in ("sup", "span") and one_line("".join(outer.itertext())) == one_line("".join(link.itertext())):
                self._marks[outer] = name
        self._starts = {link.get("id") for link in self._links} | {mark.get("id") for mark in self._marks}

    def _is_in_note(self, element: Any) -> bool:
        return any(around in self._notes for around in element.iterancestors())

    def _unique(self, label: str) -> str:
        taken, number = set(self._notes.values()), len(self._notes) + 1
        return label if label not in taken else next(f"{label}-{n}" for n in range(2, number + 2) if f"{label}-{n}" not in taken)

    def mark_of(self, element: Any) -> str | None:
        """The label of the note that this element refers to; None when it is no mark."""
        return self._marks.get(element)

    def label_of(self, element: Any) -> str | None:
        """The label of the note that this element is; None when it is none."""
        return self._notes.get(element)

    def holds(self, element: Any) -> bool:
        """Whether notes stand in this element."""
        return any(child in self._notes for child in element.iter())

    def outside(self) -> Iterator[tuple[str, Any]]:
        """Notes that stand outside the main content, with their labels."""
        yield from ((label, note) for note, label in self._notes.items() if note not in self._inside)

    def is_way_back(self, element: Any) -> bool:
        """Whether this link leads from a note back to its mark."""
        target = (element.get("href") or "").partition("#")[2] if element.tag == "a" else ""
        if not target or not self._is_in_note(element):
            return False
        # An arrow leads back, wherever it points.
        return target in self._starts or not any(map(str.isalnum, "".join(element.itertext())))

    @staticmethod
    def without_label(text: str, label: str) -> str:
        """A note's text without the label that it begins with."""
        return re.sub(rf"^(?:\^\s*)?[\[(]?{re.escape(label.partition('-')[0])}[\])]?[.:]?\s+(?=\S)", "", text)


@cache
def _reference() -> re.Pattern[str]:
    """What the class of a footnote's mark is called."""
    return re.compile("|".join(table("page_marks")["classes"]), re.I)


def _is_reference(link: Any) -> bool:
    around = [link, *list(link.iterancestors())[:2]]
    if link.get("role") == "doc-noteref" or any(element.tag == "sup" for element in [*around, *link]):
        return True
    return any(_reference().search(f"{element.get('class', '')} {element.get('epub:type', '')}") for element in around[:2])


def _holder(target: Any) -> Any:
    """The block that holds a note's text: the target itself, or the nearest block around an anchor within it."""
    for element in [target, *target.iterancestors()]:
        if element.tag in _NOTE_HOLDERS:
            return element
        if element.tag in ("body", "main", "article", "html"):
            return None
    return None
