"""The web server's words: both languages have all of them, and each refusal has its own."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from assistant.web.refusal import Reason
from assistant.web.texts import LANGUAGES, language_of, text

TEXTS = tomllib.loads((files("prompts") / "web.toml").read_text(encoding="utf-8"))


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    assert set(TEXTS) == set(LANGUAGES)
    assert TEXTS["nl"].keys() == TEXTS["en"].keys()
    for key in TEXTS["nl"]:
        assert re.findall(r"\{\w+\}", TEXTS["nl"][key]) == re.findall(r"\{\w+\}", TEXTS["en"][key]), key


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_has_its_text(reason: Reason, language: str) -> None:
    assert "{" not in text(f"refused_{reason}", language, seconds=5)


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("", "nl"),
        ("en", "en"),
        ("en-GB,en;q=0.9,nl;q=0.8", "en"),
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("fr,en;q=0.5", "en"),
        ("fr", "nl"),
        ("en;q=0", "nl"),
        ("en;q=nonsense, nl;q=0.1", "nl"),
        ("en;q=nan", "nl"),
        ("*", "nl"),
    ],
)
def test_the_language_that_the_browser_likes_best(wish: str, expected: str) -> None:
    assert language_of({"headers": [(b"accept-language", wish.encode())]}, "nl") == expected
