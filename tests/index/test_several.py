"""Searches of several publications become one: who leads, and how far the others follow."""

from __future__ import annotations

import numpy as np
import pytest

from index.chunking import Entry
from index.evidence import Seen, Signals
from index.several import Hit, Search, merged

VECTOR = np.ones(2, dtype=np.float32)


def searched(
    name: str, *, similar: float = 0.8, foreign: float = 0.0, topical: float = 3.0, answered: float | None = 2.0
) -> Search:
    """A search of a publication with two units and one question of its bank."""
    chunks, none = np.array([similar], dtype=np.float32), np.zeros(0, dtype=np.float32)
    seen = Seen("vraag", VECTOR, chunks, none, none, none, 1.0, 4, foreign, 0, 0)
    hits = (Hit(f"{name}:een", 7.0), Hit(f"{name}:twee", 4.0))
    questions = ((Entry("question", f"{name}:een", 0, 3, "vraag", publication=name), similar),)
    return Search(hits, VECTOR, questions, (), seen, Signals(topical, answered, 0.02))


def test_one_publication_is_left_as_it_is() -> None:
    search = searched("a")
    assert merged([search]) is search


@pytest.mark.parametrize(
    ("first", "second", "leading"),
    [
        ({}, {"similar": 0.84}, "b"),  # the nearer passage
        ({}, {"foreign": 0.5}, "a"),  # whose words are known
        ({}, {"answered": -2.0}, "a"),  # which answers
        ({}, {"topical": -2.0}, "a"),  # whose subject it is
        ({"answered": -3.0}, {"answered": None}, "b"),  # one without a bank, on the subject
        ({"answered": -3.0}, {"answered": None, "topical": -6.0}, "a"),  # and off it
        ({"answered": 9.0}, {"answered": 6.0, "similar": 0.81}, "b"),  # sure is sure
    ],
)
def test_which_publication_leads(first: dict[str, float], second: dict[str, float | None], leading: str) -> None:
    one, other = searched("a", **first), searched("b", **second)  # type: ignore[arg-type]
    for searches in ([one, other], [other, one]):
        found = merged(searches)
        assert found.hits[0].locator == f"{leading}:een" and found.hits[0].score == 0.0
        assert found.signals == (one if leading == "a" else other).signals
        assert {hit.locator for hit in found.hits} == {"a:een", "a:twee", "b:een", "b:twee"}
        assert [hit.score for hit in found.hits] == sorted((hit.score for hit in found.hits), reverse=True)


def test_what_is_near_is_told_of_all() -> None:
    found = merged([searched("a", similar=0.7), searched("b", similar=0.9)])
    assert [entry.publication for entry, _ in found.questions] == ["b", "a"]
