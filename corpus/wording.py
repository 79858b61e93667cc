"""The words by which files are read and drafts are written, from ``prompts/adding.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_LANGUAGES = ("nl", "en")


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("prompts") / "adding.toml").read_text(encoding="utf-8"))


def table(name: str) -> dict[str, list[str]]:
    """A table that holds for every language: what is recognised in files."""
    chosen: dict[str, list[str]] = _data()[name]
    return chosen


def words(language: str, name: str) -> dict[str, Any]:
    """A table of a language's words; Dutch for a language that has none."""
    chosen: dict[str, Any] = _data()[language if language in _LANGUAGES else _LANGUAGES[0]][name]
    return chosen
