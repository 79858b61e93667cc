"""Compounds and typing errors, against the corpus's own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.vocabulary import Vocabulary

WORDS = Vocabulary(["Hulpverlening, aanbod en melding van geweld door een pleger", "checklist huisvesting geweld"])


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("hulpverleningsaanbod", ("hulpverlening", "aanbod")),
        ("geweldmelding", ("geweld", "melding")),
        ("plegeraanbodmelding", ("pleger", "aanbod", "melding")),
        ("geweld", ()),
        ("verandering", ()),
    ],
)
def test_parts(word: str, parts: tuple[str, ...]) -> None:
    assert WORDS.parts(word) == parts


@pytest.mark.parametrize(
    ("word", "nearest"),
    [("gewelt", "geweld"), ("hulpverlenning", "hulpverlening"), ("cheklist", "checklist"), ("geweld", None), ("van", None)],
)
def test_nearest(word: str, nearest: str | None) -> None:
    assert WORDS.nearest(word) == nearest


def test_rare_words_are_no_corrections() -> None:
    assert Vocabulary(["gewelt", "geweld geweld geweld"], trusted=3).nearest("geweltt") is None
    assert Vocabulary(["gewelt", "geweld geweld geweld"], trusted=3).nearest("gewelds") == "geweld"


def test_known_words_and_compounds_are_left_alone() -> None:
    assert WORDS.corrected("Gewelt en Geweldmelding!") == "geweld en Geweldmelding!"


@given(st.text(max_size=60))
def test_any_text_can_be_corrected(text: str) -> None:
    assert len(WORDS.corrected(text).split()) == len(text.split())
