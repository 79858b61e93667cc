"""The page's own words, from ``prompts/interface.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

LANGUAGES = ("nl", "en")


@cache
def texts(language: str) -> dict[str, str]:
    """All texts of a language, ``"nl"`` or ``"en"``."""
    data = tomllib.loads((files("prompts") / "interface.toml").read_text(encoding="utf-8"))
    chosen: dict[str, str] = data[language]
    return chosen


def other_language(language: str) -> str:
    """The language that one can switch to."""
    return next(other for other in LANGUAGES if other != language)


def asset(name: str) -> str:
    """A style sheet or script that lies beside this file."""
    return (files("assistant.ui") / name).read_text(encoding="utf-8")
