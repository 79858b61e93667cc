"""Writing TOML, as far as a publication's files need it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def value(said: Any) -> str:
    """A value on one line: text, number, list, or a table within braces.

    >>> value({"nl": "Begin", "pages": [1, 2]})
    '{ nl = "Begin", pages = [1, 2] }'
    """
    if isinstance(said, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {value(inner)}" for key, inner in said.items()) + " }"
    if isinstance(said, list | tuple):
        return "[" + ", ".join(value(inner) for inner in said) + "]"
    # A JSON string is a TOML string, but for the delete character.
    return json.dumps(said, ensure_ascii=False).replace("\x7f", "\\u007f")


def table(name: str, rows: Mapping[str, Any]) -> str:
    """A table under ``[name]`` or ``[[name]]``, as the name is written; "" for an empty one."""
    lines = [f"{_key(key)} = {value(said)}" for key, said in rows.items() if said is not None]
    return "\n".join([name, *lines]) + "\n" if lines else ""


def _key(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() and key.isascii() else json.dumps(key, ensure_ascii=False)
