"""The web server's own words, from ``prompts/web.toml``, in the language that the browser asks for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from starlette.types import Scope

from assistant.web.routes import header

LANGUAGES = ("nl", "en")


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("prompts") / "web.toml").read_text(encoding="utf-8"))


def text(key: str, language: str, **values: object) -> str:
    """A text, filled in."""
    return _texts()[language][key].format(**values)


def language_of(scope: Scope, default: str) -> str:
    """The language that ``Accept-Language`` likes best of those we have; ``default`` when it likes none.

    >>> language_of({"headers": [(b"accept-language", b"en-GB,en;q=0.9,nl;q=0.8")]}, "nl")
    'en'
    """
    liked = [(weight, language) for language, weight in _wishes(header(scope, b"accept-language")) if language in LANGUAGES]
    best = max((weight for weight, _ in liked), default=0.0)
    return next((language for weight, language in liked if weight == best), default) if best > 0 else default


def _wishes(value: str) -> Iterator[tuple[str, float]]:
    for part in value.split(",")[:20]:
        name, _, parameters = part.partition(";")
        _, _, weight = parameters.partition("q=")
        try:
            yield name.strip().split("-")[0].lower(), float(weight) if weight else 1.0
        except ValueError:
            continue
