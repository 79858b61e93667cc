"""Small JSON files that are whole or not there, however a process ends."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any


def write_json(file: Path, value: object) -> None:
    """Write a file whole or not at all: to a neighbour first, flushed to disk, then moved over the old one."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(value, stream, ensure_ascii=False, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(name, file)


def read_json(file: Path) -> dict[str, Any]:
    """An object from a file.

    Raises:
        OSError: it cannot be opened.
        ValueError: it holds no object.
    """
    value = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise ValueError(type(value).__name__)
    return value
