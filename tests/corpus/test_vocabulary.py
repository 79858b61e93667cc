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


def test_what_sounds_the_same_is_the_same() -> None:
    words = Vocabulary(["mensenrechten, toezichthouder, publieksvoorlichting, partijen"])
    for misspelt, meant in (("mensenregten", "mensenrechten"), ("toesichthouder", "toezichthouder"), ("parteien", "partijen")):
        assert words.nearest(misspelt) == meant


def test_misspelt_words_of_questions_are_no_corrections() -> None:
    words = Vocabulary(["geweld"], ["gewelt komen"])
    assert words.words == {"geweld", "komen"} and words.nearest("gewelt") == "geweld"


def test_words_of_the_dictionary_are_no_typing_errors() -> None:
    assert Vocabulary(["komen stappen"]).corrected("bomen kappen stapen") == "bomen kappen stappen"


def test_known_words_and_compounds_are_left_alone() -> None:
    assert WORDS.corrected("Gewelt en Geweldmelding!") == "geweld en Geweldmelding!"


@given(st.text(max_size=60))
def test_any_text_can_be_corrected(text: str) -> None:
    assert len(WORDS.corrected(text).split()) == len(text.split())
