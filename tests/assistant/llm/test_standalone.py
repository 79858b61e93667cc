"""A model's wording of a follow-up is used only when it says what the questions say."""

from __future__ import annotations

import pytest

from assistant.llm.standalone import as_asked, is_faithful
from assistant.service import Assistant

BEFORE = "Welke rollen heeft de gemeente bij de hulpverlening?"


@pytest.mark.parametrize(
    ("asked", "message", "faithful"),
    [
        ("Welke rollen heeft de gemeente bij preventie?", "en bij preventie?", True),
        ("Waarom heeft de gemeente die rollen bij de hulpverlening?", "waarom?", True),
        ("Welke rollen heeft de politie in Rotterdam bij preventie?", "en bij preventie?", False),
        ("Welke 3 rollen heeft de gemeente bij preventie?", "en bij preventie?", False),
        ("Welke rollen heeft de gemeente bij de hulpverlening?", "en bij preventie?", False),
        ("Welke rollen heeft de gemeente volgens actiepunt 3 bij preventie?", "en bij preventie?", False),
        ("Welke rollen staan er in actiepunt 4 voor de gemeente?", "en in actiepunt 5?", False),
        ("What roles does the municipality have in prevention?", "en bij preventie?", False),
    ],
)
def test_it_keeps_and_adds_nothing(asked: str, message: str, faithful: bool, assistant: Assistant) -> None:
    assert is_faithful(asked, BEFORE, message, assistant.index) is faithful


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ('"Wat is gender?"\n', "Wat is gender?"),
        ("Wat is gender", None),
        ("Hier is de vraag:\nWat is gender?", None),
        ("Wat is gender? En sekse?", None),
        ("", None),
        ("Wat is " + "heel " * 80 + "lang?", None),
    ],
)
def test_one_question_and_no_more(text: str, asked: str | None) -> None:
    assert as_asked(text) == asked
